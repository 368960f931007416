"""What the API takes and gives of recommendations and criteria."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from cloud_entitlements.server.connections.api_records import Strict
from cloud_entitlements.server.identities.api_lists import (
    SEVERAL,
    Filters,
    IdentityType,
    ListCoverage,
    ListPage,
)

Level = Literal["high", "medium", "low"]


class RecommendationPage(ListPage):
    state: str = Field(
        "suggested", description=f"suggested, acknowledged, followed, withdrawn, any; {SEVERAL}"
    )
    sort: str = Field("", description="criticality (default), name, account, first_seen, newest")


class ListedRecommendation(Schema):
    criterion: str
    title: str
    criticality: Level
    state: Literal["suggested", "acknowledged", "followed", "withdrawn"]
    arn: str
    type: IdentityType
    name: str
    account_id: str
    account_name: str
    connection_id: str
    connection: str
    evidence: list[dict[str, Any]] = Field(
        description="text; and policy, document, statement, key_id, account_id, at where they apply"
    )
    first_seen: str
    last_seen: str | None
    stale_since: str | None
    resolved_at: str | None
    resolved_because: str | None
    reopened_at: str | None
    acknowledged_at: str | None
    acknowledged_until: str | None
    acknowledged_by: str | None
    reason: str | None


class ListedRecommendations(Schema):
    items: list[ListedRecommendation]
    next_cursor: str | None
    total: int
    by_criticality: dict[str, dict[str, int]] = Field(description="counts by criticality, then by state")
    coverage: ListCoverage


class FixRecord(Schema):
    console: str
    cli: str
    terraform: str


class Chosen(Filters):
    """Filters count with `all` alone."""

    criterion: str
    arns: list[str] = []
    all: bool = Field(False, description="all that the filters leave, instead of `arns`")


class Acknowledging(Chosen):
    reason: str
    until: str = Field("", description="YYYY-MM-DD: from then on it is suggested again")


class Changed(Schema):
    changed: int


class SettingRecord(Schema):
    criticality: Level
    period: int | None
    enabled: bool


class CriterionRecord(SettingRecord):
    id: str
    title: str
    types: list[IdentityType]
    own: bool = Field(description="set here, for the connection or for all")
    otherwise: SettingRecord = Field(description="what would count if it were not set here")
    default: SettingRecord
    why: str
    fix: FixRecord
    needs: list[str] = Field(description="parts of an account that it judges by")
    standards: dict[str, list[str]]


class CriterionRecords(Schema):
    items: list[CriterionRecord]


class NewSetting(Strict):
    """What is left out stays as it is."""

    criticality: str | None = None
    period: int | None = Field(None, description="days")
    enabled: bool | None = None


class KnownAccountRecord(Schema):
    account_id: str
    name: str = Field(description="whose it is")
    connection_id: str | None = Field(description="null: it is known for all connections")
    connection: str | None
    added_at: str
    added_by: str | None


class KnownAccountRecords(Schema):
    items: list[KnownAccountRecord]


class NewKnownAccount(Strict):
    account: str = Field(description="twelve digits, or an ARN that has them")
    name: str = Field(description="whose it is")
