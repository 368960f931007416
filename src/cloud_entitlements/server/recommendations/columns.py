"""Columns of recommendations as a file has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.recommendations.models import Recommendation

_TITLES = {one.id: one.title for one in CRITERIA}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    heading: str
    text: Callable[[Recommendation, str], str]
    """Of a row and the name of its connection."""


def _plain(name: str, heading: str) -> Column:
    return Column(name, heading, lambda row, _connection: _told(getattr(row, name)))


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


COLUMNS: tuple[Column, ...] = (
    _plain("criterion", "CRITERION"),
    Column("title", "TITLE", lambda row, _connection: _TITLES.get(row.criterion, row.criterion)),
    _plain("criticality", "CRITICALITY"),
    _plain("state", "STATE"),
    _plain("arn", "ARN"),
    _plain("type", "TYPE"),
    _plain("name", "NAME"),
    _plain("account_id", "ACCOUNT"),
    _plain("account_name", "ACCOUNT NAME"),
    Column("environment", "ENVIRONMENT", lambda _row, connection: connection),
    Column(
        "evidence",
        "EVIDENCE",
        lambda row, _connection: "; ".join(one.get("text", "") for one in row.evidence),
    ),
    _plain("first_seen", "FIRST SEEN"),
    _plain("last_seen", "LAST SEEN"),
    _plain("resolved_at", "RESOLVED"),
    _plain("resolved_because", "RESOLVED BECAUSE"),
    _plain("reopened_at", "REOPENED"),
    _plain("stale_since", "STALE SINCE"),
    _plain("acknowledged_by", "ACKNOWLEDGED BY"),
    _plain("acknowledged_at", "ACKNOWLEDGED"),
    _plain("acknowledged_until", "ACKNOWLEDGED UNTIL"),
    _plain("reason", "REASON"),
)


def chosen_columns(names: str) -> tuple[Column, ...]:
    """`names` separated by commas, in their order; empty: all."""
    by_name = {one.name: one for one in COLUMNS}
    chosen = tuple(by_name[name] for name in dict.fromkeys(names.split(",")) if name in by_name)
    return chosen or COLUMNS
