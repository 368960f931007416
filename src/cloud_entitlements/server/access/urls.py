from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.access import history_pages, pages, permission_pages, who_pages

app_name = "access"
urlpatterns = [
    path("access/", pages.ask, name="ask"),
    path("access/who-can.csv", who_pages.who_can_csv, name="who_can_csv"),
    path("access/opening/", pages.under_way, name="opening"),
    path("access/options/<str:field>/", pages.suggested, name="options"),
    path("history/", history_pages.history, name="history"),
    path("history.csv", history_pages.history_csv, name="history_csv"),
    path("access/permissions/", permission_pages.permissions, name="permissions"),
    path("access/permissions.csv", permission_pages.permissions_csv, name="permissions_csv"),
]
