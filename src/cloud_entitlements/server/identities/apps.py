from __future__ import annotations

from django.apps import AppConfig


class IdentitiesConfig(AppConfig):
    name = "cloud_entitlements.server.identities"
    label = "identities"
