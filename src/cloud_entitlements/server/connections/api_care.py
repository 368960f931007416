"""The API's calls for failures and ways out: a stack's pasted error, the removal check, the platform's identity."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Status

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.api_records import PROBLEMS, FailureRecord, Strict
from cloud_entitlements.server.connections.farewell import farewell_record
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.rotation import platform_record


class StackError(Strict):
    error: str


class NamedFailure(FailureRecord):
    title: str


class Diagnosis(Strict):
    items: list[NamedFailure]


class Answer(Strict):
    account_id: str
    name: str
    answer: Literal["answers", "gone", "untold"]
    detail: str


class RemovalCheck(Strict):
    state: Literal["running", "done", "failed"]
    ended_at: str | None
    total: int
    done: int
    gone: int
    answering: list[Answer]
    untold: list[Answer]


class Trust(Strict):
    id: str
    name: str
    url: str
    state: str
    trusts: list[str]
    update: str


class Platform(Strict):
    arn: str | None
    account_id: str | None
    previous_arn: str | None
    changed_at: str | None
    connections: list[Trust]


class NewPlatform(Strict):
    arn: str


def add_care(router: Router, kind: Connection.Type) -> None:
    named = kind.value

    @router.post(
        "/{connection_id}/stack-error",
        response={200: Diagnosis, **PROBLEMS},
        summary="Name the cause of a failed stack",
        operation_id=f"{named}_stack_error",
    )
    def stack_error(request: HttpRequest, connection_id: str, body: StackError) -> dict[str, Any]:
        return {"items": commands.diagnose_stack(commands.find(connection_id, kind), body.error)}

    @router.post(
        "/{connection_id}/removal-check",
        response={202: RemovalCheck, **PROBLEMS},
        summary="Ask every role whether it still answers",
        operation_id=f"{named}_check_gone",
    )
    def check_gone(request: HttpRequest, connection_id: str) -> Status[dict[str, Any] | None]:
        connection = commands.find(connection_id, kind)
        commands.check_gone(connection)
        return Status(202, farewell_record(connection))

    @router.get(
        "/{connection_id}/removal-check",
        response={200: RemovalCheck | None, **PROBLEMS},
        summary="The last removal check",
        operation_id=f"{named}_gone",
    )
    def gone(request: HttpRequest, connection_id: str) -> dict[str, Any] | None:
        return farewell_record(commands.find(connection_id, kind))


platform_router = Router(tags=["platform"])


@platform_router.get(
    "", response={200: Platform, **PROBLEMS}, summary="The platform's identity, and who trusts it"
)
def show_platform(request: HttpRequest) -> dict[str, Any]:
    return platform_record()


@platform_router.put("", response={200: Platform, **PROBLEMS}, summary="Announce another identity")
def rotate(request: HttpRequest, body: NewPlatform) -> dict[str, Any]:
    commands.rotate(body.arn)
    return platform_record()
