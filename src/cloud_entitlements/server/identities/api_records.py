"""What the API takes and gives of identities."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

from cloud_entitlements.server.identities.api_lists import SEVERAL, IdentityType, ListCoverage, ListPage
from cloud_entitlements.server.recommendations.api_records import FixRecord, ListedRecommendation


class IdentityPage(ListPage):
    impact: str = Field("", description=f"letters A to E, {SEVERAL}")
    administrator: str = Field("", description=f"yes, contained, no, unknown; {SEVERAL}")
    exempt: str = Field("", description="yes or no")
    sort: str = Field(
        "", description="impact (default), recommendations, score, name, account, used, created"
    )


class Counts(Schema):
    high: int
    medium: int
    low: int


class ListedIdentity(Schema):
    arn: str
    type: IdentityType
    name: str
    account_id: str
    account_name: str
    connection_id: str
    connection: str
    impact: Literal["A", "B", "C", "D", "E"]
    impact_is_least: bool = Field(description="not all of its policies were read: it may be more")
    impact_because: str
    administrator: Literal["yes", "contained", "no", "unknown"]
    score: int | None = Field(description="entitlement score, 0 to 100; null: not known yet")
    recommendations: Counts
    created_at: str | None
    last_used_at: str | None
    use_known: bool = Field(description="true without a last use: none is seen, as far back as AWS tells")
    exempt: str | None
    stale_since: str | None


class ListedIdentities(Schema):
    items: list[ListedIdentity]
    next_cursor: str | None
    total: int
    coverage: ListCoverage


class OfIdentity(ListedRecommendation):
    why: str
    fix: FixRecord | None


class NotDecided(Schema):
    criterion: str
    title: str
    why: str
    evidence: list[str]


class Way(Schema):
    account_id: str
    permission_set: str | None = Field(description="null: it was not read")
    through: str | None = Field(description="ARN of the group whose assignment it is; null: its own")
    state: Literal["found", "missing", "ambiguous", "not_read"]
    role: str | None
    why: str = Field(description="why no role is named")
    impact: Literal["A", "B", "C", "D", "E"] | None
    administrator: Literal["yes", "contained", "no", "unknown"]


class Reaches(Schema):
    known: bool = Field(description="false: there may be more ways than are listed")
    why: str
    ways: list[Way]


class OfSnapshot(Schema):
    id: str
    name: str
    at: str


class OneIdentity(ListedIdentity):
    exempt_because: str | None
    suggested: list[OfIdentity]
    acknowledged: list[OfIdentity]
    contained: list[NotDecided] = Field(
        description="it would fail, and a boundary or control policy stops it"
    )
    unknown: list[NotDecided]
    reaches: Reaches | None = Field(description="of people and groups of Identity Center")
    also_in: list[str] = Field(description="other connections that hold the same identity")
    snapshot: OfSnapshot
