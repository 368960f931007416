from __future__ import annotations

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "cloud_entitlements.server.access"
    label = "access"
