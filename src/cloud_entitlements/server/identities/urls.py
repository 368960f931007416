from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.identities import one_pages, pages, path_files

app_name = "identities"
urlpatterns = [
    path("identities/", pages.listed, name="list"),
    path("identities.csv", pages.listed_csv, name="csv"),
    path("identity/", one_pages.one, name="one"),
    path("identity/acknowledge/", one_pages.acknowledge, name="acknowledge"),
    path("identity/path.svg", path_files.path_svg, name="path_svg"),
    path("identity/path.json", path_files.path_json, name="path_json"),
]
