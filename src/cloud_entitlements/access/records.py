"""Answers as the JSON that terminal and API print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from cloud_entitlements.access.answers import CERTAINTIES, Group, Permission, Someone, WhoCan
from cloud_entitlements.access.can import Answered
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import Decision
from cloud_entitlements.policy.cases import as_json
from cloud_entitlements.policy.keys import spelled
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.spelling import told_keys


def answered_record(answered: Answered, snapshot: Snapshot) -> dict[str, Any]:
    decision = as_json(answered.decision)
    asked = answered.question
    return {
        "principal": asked.principal,
        "action": asked.action,
        "resource": asked.resource,
        **decision,
        "statements": [
            {**one, "source": answered.sources.get(one["policy"], "")} for one in decision["statements"]
        ],
        "snapshot": snapshot_record(snapshot),
    }


def snapshot_record(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.manifest.id,
        "name": snapshot.manifest.name,
        "at": snapshot.manifest.created_at,
    }


def listed_snapshot_record(snapshot: Snapshot, *, default: bool) -> dict[str, Any]:
    manifest = snapshot.manifest
    return {
        "id": manifest.id,
        "connection_id": manifest.connection_id,
        "name": manifest.name or manifest.connection_id,
        "origin": manifest.origin,
        "created_at": manifest.created_at,
        "accounts": {"total": manifest.coverage.total, "connected": manifest.coverage.connected},
        "identities": sum(manifest.identities.values()),
        "identities_by_type": dict(manifest.identities),
        "gaps": manifest.gaps,
        "not_given": manifest.not_given,
        "standalone": manifest.standalone,
        "default": default,
    }


def who_can_record(found: WhoCan, snapshot: Snapshot) -> dict[str, Any]:
    """Without the identities, which may be a million: `identity_records` gives them."""
    return {
        "action": found.action,
        "resource": found.resource,
        "resource_account": found.owner,
        "counts": {name: len(found.of(name)) for name in CERTAINTIES},
        "groups": [_group(one, found) for one in found.groups],
        "others": [_other(one) for one in found.others],
        "accounts_not_read": list(found.accounts_not_read),
        "warnings": list(found.warnings),
        "snapshot": snapshot_record(snapshot),
    }


def _group(group: Group, found: WhoCan) -> dict[str, Any]:
    decision = group.decision
    return {
        "certainty": group.certainty,
        "decision": decision.outcome,
        "count": len(group.ids),
        "example": found.identities(group.ids, 0, 1)[0].arn,
        "residual": decision.residual,
        "context_keys": list(told_keys(decision)),
        "incomplete": list(decision.incomplete),
    }


def caller_type(caller: Principal) -> str:
    """As the engine has it, but for whoever an account's own policies allow: `account`."""
    return "account" if caller.type == "role" and not caller.name else caller.type


def _other(decision: Decision) -> dict[str, Any]:
    caller = decision.request.principal
    return {
        "principal": caller.arn or "anonymous",
        "type": caller_type(caller),
        "decision": decision.outcome,
        "residual": decision.residual,
        "context_keys": list(told_keys(decision)),
        "incomplete": list(decision.incomplete),
    }


def identity_records(found: WhoCan) -> Iterator[dict[str, Any]]:
    """One for each identity that can, or may; group by group."""
    for group in found.groups:
        decision = group.decision
        for start in range(0, len(group.ids), _PIECE):
            for one in found.identities(group.ids, start, _PIECE):
                yield {
                    **someone_record(one),
                    "certainty": group.certainty,
                    "decision": decision.outcome,
                    "residual": decision.residual,
                    "incomplete": list(decision.incomplete),
                }


_PIECE = 1_000
"""Looked up at once: a group may be a million."""


def someone_record(one: Someone) -> dict[str, Any]:
    return asdict(one)


def permission_record(one: Permission) -> Mapping[str, Any]:
    return {
        **asdict(one),
        "context_keys": [spelled(key) for key in one.context_keys],
        "incomplete": list(one.incomplete),
        "sources": list(one.sources),
    }
