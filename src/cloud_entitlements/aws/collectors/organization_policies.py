"""Service and resource control policies, each read once, with the roots, units and accounts they limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.collectors.pace import ORGANIZATIONS, Paced, paced
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.documents import canonical

TYPES = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    ask = paced(session.client("organizations"), ORGANIZATIONS, session.pause)
    for policy_type in TYPES:
        for summary in ask.all("list_policies", "Policies", Filter=policy_type):
            yield from _policy(ask, summary)


def _policy(ask: Paced, summary: dict[str, Any]) -> Iterator[Row]:
    content = ask.one("describe_policy", PolicyId=summary["Id"])["Policy"]["Content"]
    document = canonical(content)
    yield "documents", document.row()
    yield "organization_policies", _normalized(summary, document.sha256)
    for target in ask.all("list_targets_for_policy", "Targets", PolicyId=summary["Id"]):
        pair = {"policy_id": summary["Id"], "target_id": target["TargetId"]}
        yield "organization_policy_targets", {**pair, "target_type": target.get("Type")}


def _normalized(summary: dict[str, Any], document: str) -> dict[str, object]:
    return {
        "id": summary["Id"],
        "type": summary["Type"],
        "name": summary.get("Name"),
        "arn": summary.get("Arn"),
        "aws_managed": bool(summary.get("AwsManaged")),
        "document": document,
    }


COLLECTOR = Collector(
    name="organization_policies",
    level="organization",
    # Thousands of policies at a few requests a second take long; they change seldom.
    cadence=timedelta(hours=1),
    tables=("organization_policies", "organization_policy_targets", "documents"),
    operations=(
        "organizations:ListPolicies",
        "organizations:DescribePolicy",
        "organizations:ListTargetsForPolicy",
    ),
    collect=collect,
)
