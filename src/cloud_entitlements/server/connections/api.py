"""`/api/v1/aws/organizations` and `/api/v1/aws/accounts`: the same calls over the same commands."""

from __future__ import annotations

import base64
import json
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from ninja.errors import HttpError

from cloud_entitlements.server.connections import commands, records
from cloud_entitlements.server.connections.api_care import add_care
from cloud_entitlements.server.connections.api_records import (
    PROBLEMS,
    AccountPage,
    AccountRecords,
    Change,
    NewAccount,
    NewOrganization,
    Page,
    Record,
    Records,
    RoleGiven,
)
from cloud_entitlements.server.connections.downloads import template_download
from cloud_entitlements.server.connections.models import Account, Connection

Kind = Connection.Type


def router_for(kind: Kind) -> Router:  # noqa: C901  one line a route
    router = Router(tags=[kind.label.lower() + "s"])

    def found(connection_id: str) -> Connection:
        return commands.find(connection_id, kind)

    def record(connection: Connection) -> dict[str, Any]:
        return records.connection_record(commands.find(str(connection.id), kind))

    def create(request: HttpRequest, body: Any) -> Status[dict[str, Any]]:
        ids = body.target_ids if body.target_ids is not None else [body.account_id or ""]
        return Status(201, record(commands.add(kind, body.name, ids, body.tags)))

    create.__annotations__["body"] = NewOrganization if kind == Kind.ORGANIZATION else NewAccount
    router.post(
        "", response={201: Record, **PROBLEMS}, summary="Add a draft", operation_id=f"{kind.value}_add"
    )(create)

    @router.get("", response={200: Records, **PROBLEMS}, summary="List", operation_id=f"{kind.value}_list")
    def listed(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
        query = commands.connections(kind).order_by("created_at", "id")
        if page.cursor:
            at, last_id = _position(page.cursor, 2)
            query = query.filter(created_at__gte=at).exclude(created_at=at, id__lte=last_id)
        rows = list(query[: page.limit + 1])
        more = rows[page.limit - 1] if len(rows) > page.limit else None
        cursor = _cursor([more.created_at.isoformat(), str(more.id)]) if more else None
        return {
            "items": [records.connection_record(row) for row in rows[: page.limit]],
            "next_cursor": cursor,
        }

    @router.get(
        "/{connection_id}",
        response={200: Record, **PROBLEMS},
        summary="Show one",
        operation_id=f"{kind.value}_show",
    )
    def show(request: HttpRequest, connection_id: str) -> dict[str, Any]:
        return record(found(connection_id))

    @router.get(
        "/{connection_id}/template",
        response={200: None, **PROBLEMS},
        summary="The template, for CloudFormation or (`format=terraform`) Terraform",
        operation_id=f"{kind.value}_template",
    )
    def template(
        request: HttpRequest,
        connection_id: str,
        format: commands.Tool = "cloudformation",  # noqa: A002  as callers write it
    ) -> HttpResponse:
        return template_download(found(connection_id), format)

    @router.post(
        "/{connection_id}/connect",
        response={202: Record, **PROBLEMS},
        summary="Prove and collect",
        operation_id=f"{kind.value}_connect",
    )
    def connect(request: HttpRequest, connection_id: str, body: RoleGiven) -> Status[dict[str, Any]]:
        connection = found(connection_id)
        commands.connect(connection, body.role_arn)
        return Status(202, record(connection))

    @router.get(
        "/{connection_id}/accounts",
        response={200: AccountRecords, **PROBLEMS},
        summary="Accounts",
        operation_id=f"{kind.value}_accounts",
    )
    def accounts(request: HttpRequest, connection_id: str, page: Query[AccountPage]) -> dict[str, Any]:
        query = _accounts(found(connection_id), page)
        rows = list(query[: page.limit + 1])
        cursor = _cursor([rows[page.limit - 1].account_id]) if len(rows) > page.limit else None
        return {"items": [records.account_record(row) for row in rows[: page.limit]], "next_cursor": cursor}

    @router.patch(
        "/{connection_id}",
        response={200: Record, **PROBLEMS},
        summary="Change",
        operation_id=f"{kind.value}_change",
    )
    def change(request: HttpRequest, connection_id: str, body: Change) -> dict[str, Any]:
        given = {name: value for name, value in body.dict().items() if value is not None}
        return record(commands.change(found(connection_id), **given))

    @router.post(
        "/{connection_id}/reprocess",
        response={202: Record, **PROBLEMS},
        summary="Collect now",
        operation_id=f"{kind.value}_reprocess",
    )
    def reprocess(request: HttpRequest, connection_id: str) -> Status[dict[str, Any]]:
        connection = found(connection_id)
        commands.reprocess(connection)
        return Status(202, record(connection))

    @router.post(
        "/{connection_id}/retry",
        response={202: Record, **PROBLEMS},
        summary="Try what failed again",
        operation_id=f"{kind.value}_retry",
    )
    def retry(
        request: HttpRequest,
        connection_id: str,
        account_id: str | None = None,
        identity_center: bool = False,
    ) -> Status[dict[str, Any]]:
        connection = found(connection_id)
        commands.retry(connection, account_id, identity_center=identity_center)
        return Status(202, record(connection))

    @router.delete(
        "/{connection_id}",
        response={202: None, **PROBLEMS},
        summary="Remove",
        operation_id=f"{kind.value}_remove",
    )
    def remove(
        request: HttpRequest, connection_id: str, data: Literal["keep", "purge"] = "keep"
    ) -> Status[None]:
        commands.remove(found(connection_id), data)
        return Status(202, None)

    add_care(router, kind)
    return router


def _accounts(connection: Connection, page: AccountPage) -> Any:
    query = connection.accounts.order_by("account_id")
    if page.status:
        if page.status not in Account.Status.values:
            raise HttpError(422, f"`status` is one of {', '.join(Account.Status.values)}")
        query = query.filter(status=page.status)
    if page.q:
        query = query.filter(name__icontains=page.q) | query.filter(account_id__contains=page.q)
    if page.cursor:
        query = query.filter(account_id__gt=_position(page.cursor, 1)[0])
    return query


def _cursor(position: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _position(cursor: str, length: int) -> list[str]:
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeDecodeError):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != length
        or not all(isinstance(p, str) for p in position)
    ):
        raise HttpError(400, "the cursor is not one that this server gave: start again without it")
    return position
