"""What the API takes and gives of snapshots and their differences."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

from cloud_entitlements.server.access.api_records import SnapshotRecord
from cloud_entitlements.server.connections.api_records import CoverageRecord, Page


class SnapshotPage(Page):
    connection: str | None = Field(None, description="id or name of a connection or import")


class ListedSnapshot(Schema):
    id: str
    connection_id: str
    name: str
    origin: Literal["live", "import"]
    created_at: str
    accounts: CoverageRecord
    identities: int
    identities_by_type: dict[str, int]
    gaps: int
    not_given: int
    standalone: bool
    default: bool


class SnapshotRecords(Schema):
    items: list[ListedSnapshot]
    next_cursor: str | None


class DiffQuestion(Page):
    old: str = Field("previous", description="id of a snapshot; `previous`: the one before `new`")
    new: str = Field("latest", description="id of a snapshot, or `latest`")
    connection: str | None = Field(None, description="whose `latest` is meant; else the default's")
    identity: str | None = Field(None, description="ARN of a user, role or group: it alone")
    service: str | None = Field(
        None, description="what stands before the colon, `s3`: changes of its actions alone"
    )


class AccountChanged(Schema):
    account_id: str
    name: str
    status: Literal["joined", "left", "moved", "not_read", "stale"]
    before: str
    after: str
    identities: int


class ControlChanged(Schema):
    type: Literal["scp", "rcp"]
    status: Literal["attached", "detached", "changed", "switched_on", "switched_off"]
    node: str
    name: str
    before: str | None
    after: str | None
    accounts: int
    touched: int


class PolicyChanged(Schema):
    source: str
    status: Literal["attached", "detached", "changed"]
    before: str | None
    after: str | None


class BoundaryChanged(Schema):
    before: str | None
    after: str | None
    before_document: str | None
    after_document: str | None


class TrustChanged(Schema):
    before: str | None
    after: str | None


class TagChanged(Schema):
    key: str
    before: str | None
    after: str | None


class GroupsChanged(Schema):
    joined: list[str]
    left: list[str]


class IdentityChanged(Schema):
    arn: str
    type: Literal["user", "role", "root", "group"]
    account_id: str
    name: str
    status: Literal["new", "gone", "changed", "unknown"]
    actions: dict[str, dict[str, list[str]]] = Field(
        description="kind of change → service → actions; `s3:*`: all that the catalogue has of a service"
    )
    not_read: list[str]
    policies: list[PolicyChanged]
    boundary: BoundaryChanged | None
    trust: TrustChanged | None
    tags: list[TagChanged]
    groups: GroupsChanged
    by_control_policies: bool


class ChangesRecord(Schema):
    old: SnapshotRecord
    new: SnapshotRecord
    counts: dict[str, int]
    accounts: list[AccountChanged]
    control_policies: list[ControlChanged]
    not_compared: list[str]
    items: list[IdentityChanged]
    next_cursor: str | None
