from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.identities import one_pages, pages, path_pages

app_name = "identities"
urlpatterns = [
    path("identities/", pages.listed, name="list"),
    path("identities.csv", pages.listed_csv, name="csv"),
    path("identity/", one_pages.one, name="one"),
    path("identity/acknowledge/", one_pages.acknowledge, name="acknowledge"),
    path("identity/path.svg", path_pages.svg, name="path_svg"),
    path("identity/path.csv", path_pages.csv, name="path_csv"),
    path("identity/path.json", path_pages.json, name="path_json"),
]
