"""Security policies: the settings that a connection is judged by, and what changes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import cast

from cloud_entitlements.criteria import CRITERIA, Criticality, Setting, Settings
from cloud_entitlements.server.recommendations.models import SecurityPolicy

EVERYWHERE = ""


def settings_of(connection_id: str) -> Settings:
    """What was set for the connection, else what was set everywhere, else the default."""
    rows = SecurityPolicy.objects.filter(connection_id__in=(EVERYWHERE, connection_id)).order_by(
        "connection_id"
    )
    return Settings({row.criterion: _setting(row) for row in rows})  # the connection's own come last, and win


def _setting(row: SecurityPolicy) -> Setting:
    return Setting(cast("Criticality", row.criticality), row.period, row.enabled)


def key_of(settings: Settings) -> str:
    """The same for settings that judge the same."""
    told = [(one.id, *_plain(settings.of(one))) for one in CRITERIA]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _plain(setting: Setting) -> Iterable[object]:
    return setting.criticality, setting.period, setting.enabled
