"""What the API takes and gives: one class a shape, all of them in its OpenAPI description."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import ConfigDict, Field

PAGE = 100


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class NewOrganization(Strict):
    name: str
    target_ids: list[str]
    tags: list[str] = []


class NewAccount(Strict):
    name: str
    target_ids: list[str] | None = None
    account_id: str | None = None
    tags: list[str] = []


class Change(Strict):
    name: str | None = None
    tags: list[str] | None = None
    enabled: bool | None = None
    target_ids: list[str] | None = None


class RoleGiven(Strict):
    role_arn: str


class Cause(Schema):
    text: str
    fix: str
    tell: str
    then: str = ""


class FailureRecord(Schema):
    code: str
    call: str
    message: str
    causes: list[Cause]


class CheckRecord(Schema):
    code: str
    title: str
    state: Literal["waiting", "running", "passed", "failed", "skipped"]
    failure: str | None
    detail: str
    call: str
    message: str
    causes: list[Cause]
    started_at: str | None
    ended_at: str | None
    elapsed_seconds: float | None


class Synchronization(Schema):
    state: Literal["off", "idle", "queued", "running", "failed"]
    started_at: str | None
    ended_at: str | None
    next_at: str | None
    error: str | None
    failure: FailureRecord | None


class MissingPermission(Schema):
    action: str
    purpose: str
    collectors: list[str]
    accounts: int


class DeploymentRecord(Schema):
    current: str
    found: dict[str, int]
    missing: list[MissingPermission]
    trusts: list[str]
    update: str


class CallsRecord(Schema):
    total: int
    accounts: int
    most: int
    most_account: str
    cap: int


class IdentityCenterRecord(Schema):
    status: Literal["read", "absent", "partial", "denied", "failed"]
    failure: str | None
    detail: str
    causes: list[Cause]
    read_at: str | None


class CoverageRecord(Schema):
    total: int
    connected: int


class Record(Schema):
    id: str
    type: Literal["organization", "account"]
    name: str
    status: Literal["draft", "connecting", "connected", "failed"]
    enabled: bool
    external_id: str
    target_ids: list[str]
    organization_id: str | None
    management_account_id: str | None
    role_arn: str | None
    template_url: str
    tags: list[str]
    connected_at: str | None
    synchronization: Synchronization
    coverage: CoverageRecord
    deployment: DeploymentRecord | None
    calls: CallsRecord | None
    identity_center: IdentityCenterRecord | None
    critical: str | None
    proven_at: str | None
    checks: list[CheckRecord]


class Records(Schema):
    items: list[Record]
    next_cursor: str | None


class AccountRecord(Schema):
    account_id: str
    name: str
    unit_path: str
    status: Literal[
        "pending",
        "connected",
        "refused",
        "too_open",
        "denied",
        "failed",
        "suspended",
        "closed",
        "left",
        "not_targeted",
    ]
    failure: str | None
    detail: str
    causes: list[Cause]
    proven_at: str | None
    collected_at: str | None
    gaps: int


class AccountRecords(Schema):
    items: list[AccountRecord]
    next_cursor: str | None


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


class Page(Schema):
    cursor: str | None = None
    limit: int = Field(PAGE, ge=1, le=500)


class AccountPage(Page):
    status: str | None = None
    q: str | None = None


PROBLEMS = {401: Problem, 404: Problem, 409: Problem, 422: Problem}
