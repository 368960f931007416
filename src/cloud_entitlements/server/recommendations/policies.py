"""Security policies: the settings that a connection is judged by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import cast

from cloud_entitlements.criteria import CRITERIA, Criticality, Setting, Settings
from cloud_entitlements.server.recommendations.models import KnownAccount, SecurityPolicy

EVERYWHERE = ""
TRUST_UNKNOWN_ACCOUNT = "trust-unknown-account"
"""The criterion that looks at known accounts; no other does."""


def settings_of(connection_id: str) -> Settings:
    """What was set for the connection, else what was set everywhere, else the default."""
    rows = SecurityPolicy.objects.filter(connection_id__in=(EVERYWHERE, connection_id)).order_by(
        "connection_id"
    )
    # the connection's own come last, and win
    return Settings({row.criterion: _setting(row) for row in rows}, frozenset(known_names(connection_id)))


def known_names(connection_id: str) -> Mapping[str, str]:
    """Whose the accounts of others are that are known for the connection, by id; its own names before those of all."""
    rows = KnownAccount.objects.filter(connection_id__in=(EVERYWHERE, connection_id))
    return dict(rows.order_by("connection_id").values_list("account_id", "name"))


def _setting(row: SecurityPolicy) -> Setting:
    return Setting(cast("Criticality", row.criticality), row.period, row.enabled)


def key_of(settings: Settings) -> str:
    """The same for settings that judge the same."""
    told: list[object] = [(one.id, *_plain(settings.of(one))) for one in CRITERIA]
    if settings.known_accounts and TRUST_UNKNOWN_ACCOUNT in (one.id for one in settings.asked(CRITERIA)):
        told.append(sorted(settings.known_accounts))
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _plain(setting: Setting) -> Iterable[object]:
    return setting.criticality, setting.period, setting.enabled
