from __future__ import annotations

from django.urls import path

from cloud_entitlements.server.recommendations import known_pages, pages, policy_pages

app_name = "recommendations"
urlpatterns = [
    path("recommendations/", pages.listed, name="list"),
    path("recommendations.csv", pages.listed_csv, name="csv"),
    path("recommendations/<slug:criterion_id>/", pages.one, name="one"),
    path("recommendations/<slug:criterion_id>/acknowledge/", pages.acknowledge, name="acknowledge"),
    path("security-policies/", policy_pages.policies, name="policies"),
    path("security-policies/known-accounts/", known_pages.change, name="known_accounts"),
]
