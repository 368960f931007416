"""How far the connection's own StackSet got, account by account. Read with the management role.

Imports `sessions`. Raises what AWS raised: who asks records that it is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cloud_entitlements.aws.sessions import AwsSession

_UNDER_WAY = {"PENDING", "RUNNING"}


@dataclass(frozen=True, slots=True)
class Instance:
    """One account's deployment, in AWS's words."""

    account_id: str
    status: str
    """CURRENT, OUTDATED or INOPERABLE."""
    detailed_status: str
    """PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED, INOPERABLE, …; empty when AWS gave none."""
    reason: str
    region: str = ""

    @property
    def under_way(self) -> bool:
        return self.detailed_status in _UNDER_WAY

    @property
    def deployed(self) -> bool:
        return self.status == "CURRENT"


OPERATIONS = (
    "cloudformation:ListStackInstances",
    "cloudformation:ListStackSetOperations",
    "cloudformation:ListStackSetOperationResults",
)


def read_instances(session: AwsSession, stackset_name: str, region: str | None = None) -> dict[str, Instance]:
    pages = session.client("cloudformation", region).get_paginator("list_stack_instances")
    found: dict[str, Instance] = {}
    for page in pages.paginate(StackSetName=stackset_name):
        for summary in page.get("Summaries", []):
            instance = _instance(summary)
            found[instance.account_id] = instance
    unexplained = [one for one in found.values() if not one.deployed and not one.under_way and not one.reason]
    return {**found, **_explained(session.client("cloudformation", region), stackset_name, unexplained)}


def _explained(client: Any, stackset_name: str, unexplained: list[Instance]) -> dict[str, Instance]:
    """The reason of a failure may stand in the results of the last operation alone."""
    if not unexplained:
        return {}
    operations = client.list_stack_set_operations(StackSetName=stackset_name, MaxResults=1).get(
        "Summaries", []
    )
    reasons: dict[str, str] = {}
    for operation in operations:
        asked = {"StackSetName": stackset_name, "OperationId": operation["OperationId"]}
        for page in client.get_paginator("list_stack_set_operation_results").paginate(**asked):
            reasons |= {one["Account"]: one.get("StatusReason", "") for one in page.get("Summaries", [])}
    return {one.account_id: replace(one, reason=reasons.get(one.account_id, "")) for one in unexplained}


def _instance(summary: dict[str, Any]) -> Instance:
    detailed = summary.get("StackInstanceStatus", {}).get("DetailedStatus", "")
    return Instance(
        summary["Account"],
        summary.get("Status", ""),
        detailed,
        summary.get("StatusReason", ""),
        summary.get("Region", ""),
    )
