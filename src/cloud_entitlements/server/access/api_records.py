"""What the API takes and gives when it is asked who may do what."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from cloud_entitlements.server.connections.api_records import Page, Strict

Outcome = Literal["allowed", "denied", "conditional"]
Certainty = Literal["certain", "conditional", "incomplete"]
Scalar = bool | int | float | str
Context = dict[str, Scalar | list[Scalar] | None]
"""A value, several, or null for a key that is absent."""


class CanQuestion(Strict):
    principal: str = Field(description="ARN of a user, role, session or root; a service; `anonymous`")
    action: str
    resource: str = "*"
    resource_account: str | None = Field(None, description="where the resource's ARN does not say it")
    context: Context = {}
    connection: str | None = Field(None, description="id of a connection or snapshot; else the default")
    explain: bool = False


class WhoCanQuestion(Strict):
    action: str
    resource: str = "*"
    resource_account: str | None = None
    context: Context = {}
    connection: str | None = None
    certainty: Certainty | None = None
    cursor: str | None = None
    limit: int = Field(100, ge=0, le=500, description="identities in the answer; 0: counts and groups alone")


class PermissionPage(Page):
    service: str | None = Field(None, description="what stands before the colon, `s3`")
    connection: str | None = None


class SnapshotRecord(Schema):
    id: str
    name: str
    at: str


class DecidingStatement(Schema):
    policy: str
    statement: int
    effect: Literal["Allow", "Deny"]
    source: str


class AnsweredRecord(Schema):
    principal: str
    action: str
    resource: str
    decision: Outcome
    explicit_deny: bool
    denied_by: list[str]
    context_keys: list[str]
    residual: str
    minimised: bool
    incomplete: list[str]
    warnings: list[str]
    statements: list[DecidingStatement]
    snapshot: SnapshotRecord
    explanation: dict[str, Any] | None = None


class GroupRecord(Schema):
    certainty: Certainty
    decision: Outcome
    count: int
    example: str
    residual: str
    context_keys: list[str]
    incomplete: list[str]


class OtherRecord(Schema):
    principal: str
    type: str = Field(description="a principal's type; `account`: whoever the policies of that account allow")
    decision: Outcome
    residual: str
    context_keys: list[str]
    incomplete: list[str]


class IdentityRecord(Schema):
    arn: str
    type: Literal["user", "role", "root"]
    account_id: str
    name: str
    certainty: Certainty
    decision: Outcome
    residual: str
    incomplete: list[str]


class IdentityRecords(Schema):
    items: list[IdentityRecord]
    next_cursor: str | None


class WhoCanRecord(Schema):
    action: str
    resource: str
    resource_account: str | None
    counts: dict[str, int]
    groups: list[GroupRecord]
    others: list[OtherRecord]
    warnings: list[str]
    snapshot: SnapshotRecord
    identities: IdentityRecords


class PermissionRecord(Schema):
    action: str
    resource: str
    outcome: Literal["allowed", "conditional"]
    residual: str
    context_keys: list[str]
    incomplete: list[str]
    sources: list[str]
    known: bool


class PermissionRecords(Schema):
    principal: str
    items: list[PermissionRecord]
    incomplete: list[str]
    named_by: list[str]
    snapshot: SnapshotRecord
    next_cursor: str | None
