"""`/api/v1/access` and `/api/v1/identities`: the questions of the page, and evaluation of cases that bring their policies."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from cloud_entitlements.access.records import (
    answered_record,
    permission_record,
    snapshot_record,
    someone_record,
    who_can_record,
)
from cloud_entitlements.aws.pasted import Problem as Wrong
from cloud_entitlements.policy import explain as explained
from cloud_entitlements.policy.explain import as_json
from cloud_entitlements.server.access import commands
from cloud_entitlements.server.access.api_records import (
    AnsweredRecord,
    CanQuestion,
    PermissionPage,
    PermissionRecords,
    WhoCanQuestion,
    WhoCanRecord,
)
from cloud_entitlements.server.access.listed import Filtered, Row, cursor, filtered, start_of
from cloud_entitlements.server.access.question import about, question
from cloud_entitlements.server.connections.api_records import PROBLEMS, Problem
from cloud_entitlements.server.connections.refusals import Invalid

router = Router(tags=["access"])
_CASES = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        {"type": "object"},
                        {"type": "array", "items": {"type": "object"}, "maxItems": commands.MOST_CASES},
                    ],
                    "description": "one case, or a list of them; docs/reference/evaluation.md has its fields",
                }
            }
        },
    }
}


@router.post(
    "/access/evaluate",
    response={200: dict[str, Any] | list[dict[str, Any]], 401: Problem, 413: Problem, 422: Problem},
    summary="Decide cases that bring their own policies",
    operation_id="access_evaluate",
    openapi_extra=_CASES,
)
def evaluate(request: HttpRequest, explain: bool = False) -> Any:
    given = _read(request.body)
    answers = commands.evaluate(given if isinstance(given, list) else [given], explained=explain)
    return answers if isinstance(given, list) else answers[0]


def _read(body: bytes) -> Any:
    """DOC-01: a repeated name is an error, and never the last one that wins."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        fix = "send a case as a JSON object, or a list of them"
        raise Invalid(
            {"body": Wrong("malformed", f"it is no JSON that can be used: {error}", fix)}
        ) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"`{name}` is repeated")
        found[name] = value
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"`{constant}` is no JSON value")


@router.post(
    "/access/can",
    response={200: AnsweredRecord, **PROBLEMS},
    summary="May a principal do an action on a resource?",
    operation_id="access_can",
)
def can(request: HttpRequest, body: CanQuestion) -> dict[str, Any]:
    asked = question(body.principal, body.action, body.resource, body.resource_account, body.context)
    found = commands.ask(body.connection)
    answered = commands.can(found.index, asked)
    record = answered_record(answered, found.snapshot)
    return {**record, "explanation": as_json(explained(answered.decision)) if body.explain else None}


@router.post(
    "/access/who-can",
    response={200: WhoCanRecord, 400: Problem, **PROBLEMS},
    summary="Who may do an action on a resource?",
    operation_id="access_who_can",
)
def who_can(request: HttpRequest, body: WhoCanQuestion) -> dict[str, Any]:
    asked = about(body.action, body.resource, body.resource_account, body.context)
    found = commands.ask(body.connection)
    everybody = commands.who_can(found.index, asked)
    start = _start(body.cursor, found.snapshot.manifest.id)
    some = filtered(everybody, body.certainty or "")
    page = _page(some, start, body.limit, found.snapshot.manifest.id)
    return {**who_can_record(everybody, found.snapshot), "identities": page}


def _page(some: Filtered, start: int, limit: int, snapshot_id: str) -> dict[str, Any]:
    end = start + limit
    more = limit > 0 and end < len(some.ids)
    return {
        "items": [_identity(one) for one in some.page(start, limit)],
        "next_cursor": cursor(snapshot_id, end) if more else None,
    }


def _start(given: str | None, snapshot_id: str) -> int:
    start = start_of(given, snapshot_id) if given else 0
    if start is None:
        raise HttpError(400, "the cursor is not one of this snapshot: start again without it")
    return start


def _identity(row: Row) -> dict[str, Any]:
    decision = row.group.decision
    return {
        **someone_record(row.someone),
        "certainty": row.group.certainty,
        "decision": decision.outcome,
        "residual": decision.residual,
        "incomplete": list(decision.incomplete),
    }


@router.get(
    "/identities/{path:principal}/permissions",
    response={200: PermissionRecords, 400: Problem, **PROBLEMS},
    summary="What an identity may do; its ARN stands in the address as it is, or percent-encoded",
    operation_id="access_permissions",
)
def permissions(request: HttpRequest, principal: str, page: Query[PermissionPage]) -> dict[str, Any]:
    found = commands.ask(page.connection)
    snapshot_id = found.snapshot.manifest.id
    given = commands.permissions(found.index, principal, page.service)
    start = _start(page.cursor, snapshot_id)
    end = start + page.limit
    return {
        "principal": given.principal,
        "items": [permission_record(one) for one in given.entries[start:end]],
        "incomplete": list(given.incomplete),
        "named_by": list(given.named_by),
        "snapshot": snapshot_record(found.snapshot),
        "next_cursor": cursor(snapshot_id, end) if end < len(given.entries) else None,
    }
