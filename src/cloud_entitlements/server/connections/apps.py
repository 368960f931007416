from __future__ import annotations

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "cloud_entitlements.server.connections"
    label = "connections"
