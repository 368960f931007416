"""What `/api/v1/home` gives."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema


class CoverageRecord(Schema):
    total: int
    connected: int
    gaps: int
    never_read: int
    """Accounts whose identities are unknown."""
    waiting: list[str]
    """Connections whose latest snapshot is being judged."""


class HealthRecord(Schema):
    percent: float | None
    least: float | None
    change: float | None
    since: date | None


class IdentitiesRecord(Schema):
    total: int
    vulnerable: int
    not_vulnerable: int
    by_type: dict[str, int]
    by_impact: dict[str, int]


class RecommendationsRecord(Schema):
    suggested: int
    pending: int
    acknowledged: int
    followed: int
    found: int
    resolved: int
    since: date
    """The first day of what was found and resolved."""


class PartRecord(Schema):
    key: str
    name: str
    recommendations: int
    identities: int


class WorstRecord(Schema):
    arn: str
    name: str
    type: str
    account_id: str
    account_name: str
    impact: str
    high: int
    medium: int
    low: int


class DayRecord(Schema):
    day: date
    identities: int | None
    vulnerable: int | None
    health: float | None


class LatelyRecord(Schema):
    day: date
    found: int
    resolved: int


class HomeRecord(Schema):
    at: datetime
    coverage: CoverageRecord
    health: HealthRecord
    identities: IdentitiesRecord
    recommendations: RecommendationsRecord
    by_criticality: list[PartRecord]
    by_provider: list[PartRecord]
    by_account: list[PartRecord]
    accounts: int
    """How many accounts have recommendations that are pending; `by_account` has the gravest of them."""
    by_type: list[PartRecord]
    worst: list[WorstRecord]
    days: list[DayRecord]
    lately: list[LatelyRecord]
