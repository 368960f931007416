"""How far the connection's own StackSet got, account by account. Read with the management role.

Imports `sessions`. Raises what AWS raised: who asks records that it is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
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

    @property
    def under_way(self) -> bool:
        return self.detailed_status in _UNDER_WAY

    @property
    def deployed(self) -> bool:
        return self.status == "CURRENT"


def read_instances(session: AwsSession, stackset_name: str, region: str | None = None) -> dict[str, Instance]:
    pages = session.client("cloudformation", region).get_paginator("list_stack_instances")
    found: dict[str, Instance] = {}
    for page in pages.paginate(StackSetName=stackset_name):
        for summary in page.get("Summaries", []):
            instance = _instance(summary)
            found[instance.account_id] = instance
    return found


def _instance(summary: dict[str, Any]) -> Instance:
    detailed = summary.get("StackInstanceStatus", {}).get("DetailedStatus", "")
    return Instance(summary["Account"], summary.get("Status", ""), detailed, summary.get("StatusReason", ""))
