from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.home import pages

app_name = "home"
urlpatterns = [
    path("", pages.home, name="home"),
    path("home.pdf", pages.home_pdf, name="pdf"),
    path("organization/", pages.organization, name="organization"),
    path("organization/nodes.json", pages.nodes, name="nodes"),
]
