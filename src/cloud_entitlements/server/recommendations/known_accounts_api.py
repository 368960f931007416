"""`/api/v1/criteria/known-accounts`: accounts of others that roles may trust; for all connections, or one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from cloud_entitlements.server.api import caller
from cloud_entitlements.server.connections.api_records import PROBLEMS
from cloud_entitlements.server.identities.filters import connection_id
from cloud_entitlements.server.identities.records import connection_names
from cloud_entitlements.server.recommendations import known_accounts
from cloud_entitlements.server.recommendations.api_records import (
    KnownAccountRecord,
    KnownAccountRecords,
    NewKnownAccount,
)
from cloud_entitlements.server.recommendations.records import known_record

router = Router(tags=["criteria"])


@router.get(
    "",
    response={200: KnownAccountRecords, **PROBLEMS},
    summary="Accounts of others that are known for all connections, and for one",
    operation_id="known_accounts_list",
)
def listed(request: HttpRequest, connection: str = "") -> dict[str, Any]:
    names = connection_names()
    rows = known_accounts.known_accounts(connection_id(connection))
    return {"items": [known_record(row, names) for row in rows]}


@router.post(
    "",
    response={201: KnownAccountRecord, **PROBLEMS},
    summary="Say that an account of others is known: roles may trust it",
    operation_id="known_accounts_add",
)
def add(request: HttpRequest, body: NewKnownAccount, connection: str = "") -> Status[dict[str, Any]]:
    row = known_accounts.know(connection_id(connection), body.account, body.name, caller(request))
    return Status(201, known_record(row, connection_names()))


@router.delete(
    "/{account}",
    response={204: None, **PROBLEMS},
    summary="Forget that an account of others is known",
    operation_id="known_accounts_forget",
)
def forget(request: HttpRequest, account: str, connection: str = "") -> Status[None]:
    known_accounts.forget(connection_id(connection), account)
    return Status(204, None)
