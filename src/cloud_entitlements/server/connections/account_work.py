"""One item of work an account, with all that is known before its role is tried, and one for Identity Center."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cloud_entitlements.aws.collectors import OF_ACCOUNT
from cloud_entitlements.aws.collectors.organization_policies import COLLECTOR as POLICIES
from cloud_entitlements.aws.members import Around
from cloud_entitlements.aws.perimeter import RCP, SCP, ControlPolicy, Excepted, Suspect, suspects
from cloud_entitlements.aws.stacksets import Instance
from cloud_entitlements.server.connections import platform
from cloud_entitlements.server.connections.knowledge import member_facts, trusted_instead
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.connections.schedule import (
    ACCOUNT,
    IDENTITY_CENTER,
    PUBLISH,
    STAGE_ACCOUNTS,
    STAGE_PUBLISH,
    proof_is_due,
)
from cloud_entitlements.server.connections.staged import last_collected, staged_or_last
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work import ledger
from cloud_entitlements.work.ledger import ItemSpec

UNIT_ADDED = "member_unit_added"
UNKNOWN = Instance("", "CURRENT", "", "")
"""A StackSet that could not be read counts as deployed: then the refusal itself is all that is known."""
_MADE = ("iam:CreateRole", "iam:PutRolePolicy", "iam:TagRole")
"""What StackSets do to make the role."""
_STACKSETS = Excepted("ArnNotLike", "aws:PrincipalArn", "arn:*:iam::*:role/stacksets-exec-*")
_ASKED = tuple(operation for collector in OF_ACCOUNT for operation in collector.operations)


def add_work(task: Task, accounts: list[dict[str, Any]], instances: Mapping[str, Instance] | None) -> None:
    """A retry visits what it was asked for alone; the rest keep what was collected."""
    asked = task.run.payload.get("accounts")
    chosen = [row for row in accounts if asked is None or row["id"] in asked]
    limits = _limits(task)
    collected = last_collected(task.connection)
    proven = {row.account_id: row for row in task.connection.accounts.all()}
    specs = [
        ItemSpec(
            kind=ACCOUNT,
            key=row["id"],
            stage=STAGE_ACCOUNTS,
            payload={
                "prove": task.connecting or _to_be_proven(row["id"], proven.get(row["id"])),
                "instance": _as_payload(instances, row["id"]),
                "added": row["id"] in proven and proven[row["id"]].failure == UNIT_ADDED,
                **limits.above(row),
                "collected_at": {c.name: _iso(collected.get((row["id"], c.name))) for c in OF_ACCOUNT},
            },
        )
        for row in chosen
    ]
    publish = ItemSpec(kind=PUBLISH, stage=STAGE_PUBLISH, essential=True)
    ledger.add_items(task.run, [*_identity_center(task), *specs, publish])


def _identity_center(task: Task) -> list[ItemSpec]:
    """Without a key it comes before the accounts: of a large organization it takes the longest."""
    if task.connection.type == Connection.Type.ACCOUNT:
        return []
    asked = task.run.payload.get("accounts") is None or task.run.payload.get(IDENTITY_CENTER, False)
    return [ItemSpec(kind=IDENTITY_CENTER, stage=STAGE_ACCOUNTS)] if asked else []


def _to_be_proven(account_id: str, row: Account | None) -> bool:
    """A trust that was found too open stays closed to us until a test finds it mended."""
    if row is None or row.status == Account.Status.TOO_OPEN:
        return True
    return proof_is_due(account_id, row.proven_at)


def _policies(task: Task) -> Iterator[ControlPolicy]:
    documents = {row["sha256"]: row["text"] for row in staged_or_last(task, POLICIES, "documents")}
    targets: dict[str, set[str]] = {}
    for row in staged_or_last(task, POLICIES, "organization_policy_targets"):
        targets.setdefault(row["policy_id"], set()).add(row["target_id"])
    for row in staged_or_last(task, POLICIES, "organization_policies"):
        document = documents.get(row["document"], "")
        attached = frozenset(targets.get(row["id"], set()))
        yield ControlPolicy(row["id"], row["type"], row["name"] or "", document, attached)


@dataclass(frozen=True, slots=True)
class _Limits:
    """What could stop us above an account, and the exception from each that would let us in."""

    policies: list[ControlPolicy]
    platform: Excepted
    ours: Excepted

    def above(self, row: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
        path = [row["id"], *row.get("path", "").strip("/").split("/")]
        found = {
            "perimeter": suspects(self.policies, RCP, path, ["sts:AssumeRole"], self.platform),
            "limits": suspects(self.policies, SCP, path, _ASKED, self.ours),
            "makers": suspects(self.policies, SCP, path, _MADE, _STACKSETS),
        }
        return {name: [asdict(one) for one in listed] for name, listed in found.items()}


def _limits(task: Task) -> _Limits:
    role = task.role
    return _Limits(
        list(_policies(task)),
        Excepted("StringNotEqualsIfExists", "aws:PrincipalAccount", platform.require().account_id),
        Excepted("ArnNotLike", "aws:PrincipalArn", f"arn:*:iam::*:role{role.path}{role.name}"),
    )


def _as_payload(instances: Mapping[str, Instance] | None, account_id: str) -> dict[str, str] | str | None:
    """`unknown` when the StackSet could not be read, which is not the same as not being in it."""
    if instances is None:
        return "unknown"
    found = instances.get(account_id)
    if found is None:
        return None
    return {
        "status": found.status,
        "detailed_status": found.detailed_status,
        "reason": found.reason,
        "region": found.region,
    }


def around(task: Task, account_id: str) -> Around:
    """The item's payload, read back."""
    payload = task.job.item.payload
    told = payload["instance"]
    unknown = None if payload.get("added") else UNKNOWN  # what is seen says more than what could not be read
    instance = unknown if told == "unknown" else Instance(account_id, **told) if told else None
    facts = member_facts(task.connection, task.role, account_id, instance.region if instance else "")
    perimeter, limits, makers = (
        tuple(Suspect(**one) for one in payload[name]) for name in ("perimeter", "limits", "makers")
    )
    return Around(
        instance,
        facts,
        perimeter,
        limits,
        makers,
        added=payload.get("added", False),
        platform=platform.require(),
        previous_arn=platform.previous_arn(),
        trusted=", ".join(trusted_instead(task.connection)),
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
