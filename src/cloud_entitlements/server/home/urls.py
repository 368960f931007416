from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.home import pages, picture_pages

app_name = "home"
urlpatterns = [
    path("", pages.home, name="home"),
    path("home.pdf", pages.home_pdf, name="pdf"),
    path("organization/", pages.organization, name="organization"),
    path("organization/nodes.json", picture_pages.nodes, name="nodes"),
    path("organization/picture.csv", picture_pages.csv, name="picture_csv"),
    path("organization/picture.svg", picture_pages.svg, name="picture_svg"),
]
