from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.identities import pages

app_name = "identities"
urlpatterns = [
    path("identities/", pages.listed, name="list"),
    path("identities.csv", pages.listed_csv, name="csv"),
    path("identity/", pages.one, name="one"),
]
