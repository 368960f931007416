"""`/api/v1/criteria`: what is checked, how critical it is and after how many days it fails; for all, or one connection."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from cloud_entitlements.server.api import caller
from cloud_entitlements.server.connections.api_records import PROBLEMS
from cloud_entitlements.server.identities.filters import connection_id
from cloud_entitlements.server.recommendations import commands
from cloud_entitlements.server.recommendations.api_records import (
    CriterionRecord,
    CriterionRecords,
    NewSetting,
)
from cloud_entitlements.server.recommendations.records import policy_record, policy_records

router = Router(tags=["criteria"])


@router.get(
    "",
    response={200: CriterionRecords, **PROBLEMS},
    summary="All criteria, as they are set for all connections or for one",
    operation_id="criteria_list",
)
def listed(request: HttpRequest, connection: str = "") -> dict[str, Any]:
    return {"items": policy_records(connection_id(connection))}


@router.get(
    "/{criterion_id}",
    response={200: CriterionRecord, **PROBLEMS},
    summary="One criterion",
    operation_id="criteria_show",
)
def show(request: HttpRequest, criterion_id: str, connection: str = "") -> dict[str, Any]:
    return policy_record(connection_id(connection), criterion_id)


@router.put(
    "/{criterion_id}",
    response={200: CriterionRecord, **PROBLEMS},
    summary="Set criticality, period, or whether it is asked at all",
    operation_id="criteria_set",
)
def change(request: HttpRequest, criterion_id: str, body: NewSetting, connection: str = "") -> dict[str, Any]:
    whose = connection_id(connection)
    given = {name: value for name, value in body.dict().items() if value is not None}
    commands.set_policies(
        whose, {criterion_id: commands.changed(whose, criterion_id, **given)}, caller(request)
    )
    return policy_record(whose, criterion_id)


@router.delete(
    "/{criterion_id}",
    response={200: CriterionRecord, **PROBLEMS},
    summary="Forget what was set of it here",
    operation_id="criteria_restore",
)
def restore(request: HttpRequest, criterion_id: str, connection: str = "") -> dict[str, Any]:
    whose = connection_id(connection)
    commands.restore(whose, commands.criterion(criterion_id).id)
    return policy_record(whose, criterion_id)


@router.delete(
    "",
    response={200: CriterionRecords, **PROBLEMS},
    summary="Forget all that was set here",
    operation_id="criteria_restore_all",
)
def restore_all(request: HttpRequest, connection: str = "") -> dict[str, Any]:
    whose = connection_id(connection)
    commands.restore(whose)
    return {"items": policy_records(whose)}
