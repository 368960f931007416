"""The difference of two snapshots as the JSON that terminal and API print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cloud_entitlements.access.changes import (
    AccountChange,
    ActionChange,
    Changes,
    ControlChange,
    IdentityChange,
)
from cloud_entitlements.access.index.universe import told
from cloud_entitlements.access.records import snapshot_record
from cloud_entitlements.inventory import Snapshot

_ACTIONS = {
    "gained": "gained",
    "lost": "lost",
    "now_broad": "now_on_every_resource",
    "no_longer_broad": "no_longer_on_every_resource",
    "now_certain": "now_in_every_circumstance",
    "no_longer_certain": "no_longer_in_every_circumstance",
}


def changes_record(found: Changes, old: Snapshot, new: Snapshot) -> dict[str, Any]:
    """Without the identities, which may be many: `identity_change_record` gives each."""
    return {
        "old": snapshot_record(old),
        "new": snapshot_record(new),
        "counts": dict(found.counts),
        "accounts": [account_change_record(one) for one in found.accounts],
        "control_policies": [control_change_record(one) for one in found.controls],
        "not_compared": list(found.not_compared),
    }


def identity_change_record(one: IdentityChange) -> dict[str, Any]:
    return {
        "arn": one.arn,
        "type": one.type,
        "account_id": one.account_id,
        "name": one.name,
        "status": one.status,
        "actions": actions_record(one.actions),
        "not_read": list(one.not_read),
        "policies": [asdict(change) for change in one.policies],
        "boundary": asdict(one.boundary) if one.boundary else None,
        "trust": asdict(one.trust) if one.trust else None,
        "tags": [asdict(change) for change in one.tags],
        "groups": {"joined": list(one.joined), "left": list(one.left)},
        "by_control_policies": one.by_control,
    }


def actions_record(change: ActionChange) -> dict[str, dict[str, list[str]]]:
    """By kind of change, then service; kinds of which there is nothing are left out."""
    return {name: told(found) for field, name in _ACTIONS.items() if (found := getattr(change, field))}


def account_change_record(one: AccountChange) -> dict[str, Any]:
    return asdict(one)


def control_change_record(one: ControlChange) -> dict[str, Any]:
    return asdict(one)


def reasons(one: Mapping[str, Any]) -> list[str]:
    """Of an identity's record: each change in words."""
    found = [f"{change['status']}: {change['source']}" for change in one["policies"]]
    boundary = one["boundary"]
    if boundary and boundary["before"] != boundary["after"]:
        found.append(f"boundary: {boundary['before'] or 'none'} → {boundary['after'] or 'none'}")
    elif boundary:
        found.append(f"boundary changed: {boundary['after']}")
    found += [f"joined group {name}" for name in one["groups"]["joined"]]
    found += [f"left group {name}" for name in one["groups"]["left"]]
    found += ["trust policy"] if one["trust"] else []
    found += [f"tag {change['key']}" for change in one["tags"]]
    found += ["control policies above it"] if one["by_control_policies"] else []
    return [*found, *(f"not read: {name}" for name in one["not_read"])]
