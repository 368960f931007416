"""What lists of identities and of recommendations share: filters that are given, and what a list is of."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

from cloud_entitlements.server.connections.api_records import CoverageRecord, Page, Strict

SEVERAL = "several separated by commas"
LOST = "the cursor is not one of this list: start again without it"
IdentityType = Literal["user", "role", "group", "root"]


class Filters(Strict):
    q: str = Field("", description="words that the ARN or the account's name has")
    connection: str = Field("", description="id or name of a connection or import")
    tag: str = Field("", description="of connections")
    account: str = Field("", description=f"12 digits, {SEVERAL}")
    type: str = Field("", description=f"user, role, group, root; {SEVERAL}")
    criticality: str = Field("", description=f"high, medium, low; {SEVERAL}")


class ListPage(Filters, Page):
    criterion: str = Field("", description=f"ids of criteria, {SEVERAL}")
    gaps: bool = Field(False, description="tell the first gaps too")

    def filters(self) -> dict[str, str]:
        return self.dict(exclude={"gaps", "cursor", "limit"})


class CoveredConnection(Schema):
    id: str
    name: str
    snapshot: str
    at: str
    accounts: CoverageRecord
    gaps: int


class ListedGap(Schema):
    connection: str
    account_id: str
    part: str
    call: str
    code: str
    message: str
    stale_since: str


class ListCoverage(Schema):
    accounts: CoverageRecord
    gaps: int
    whole: bool
    connections: list[CoveredConnection]
    waiting: list[str] = Field(description="connections whose latest snapshot is not judged yet")
    gap_list: list[ListedGap] | None = Field(None, description="the first 50, with `gaps=true`")
