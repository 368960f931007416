"""Columns of the list of identities as a file has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cloud_entitlements.server.identities.models import Identity


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    heading: str
    text: Callable[[Identity, str], str]
    """Of a row and the name of its connection."""


def _plain(name: str, heading: str) -> Column:
    return Column(name, heading, lambda row, _connection: _told(getattr(row, name)))


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


COLUMNS: tuple[Column, ...] = (
    _plain("arn", "ARN"),
    _plain("type", "TYPE"),
    _plain("name", "NAME"),
    _plain("account_id", "ACCOUNT"),
    _plain("account_name", "ACCOUNT NAME"),
    Column("environment", "ENVIRONMENT", lambda _row, connection: connection),
    Column("provider", "PROVIDER", lambda _row, _connection: "aws"),
    _plain("impact", "IMPACT"),
    _plain("impact_because", "IMPACT BECAUSE"),
    _plain("administrator", "ADMINISTRATOR"),
    _plain("score", "ENTITLEMENT SCORE"),
    _plain("high", "HIGH"),
    _plain("medium", "MEDIUM"),
    _plain("low", "LOW"),
    _plain("created_at", "CREATED"),
    _plain("last_used_at", "LAST USED"),
    _plain("use_known", "USE KNOWN"),
    _plain("exempt", "EXEMPT"),
    _plain("stale_since", "STALE SINCE"),
)


def chosen_columns(names: str) -> tuple[Column, ...]:
    """`names` separated by commas, in their order; empty: all."""
    by_name = {one.name: one for one in COLUMNS}
    chosen = tuple(by_name[name] for name in dict.fromkeys(names.split(",")) if name in by_name)
    return chosen or COLUMNS
