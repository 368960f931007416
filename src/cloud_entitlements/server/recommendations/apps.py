from __future__ import annotations

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "cloud_entitlements.server.recommendations"
    label = "recommendations"
