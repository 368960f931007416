"""Control policies, before and after: what was attached where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.access.changes.found import ControlChange, ControlStatus
from cloud_entitlements.access.control import RCP, SCP, ControlType
from cloud_entitlements.access.organization import Organization
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.layers import ORGANIZATION, ORGANIZATION_POLICIES
from cloud_entitlements.inventory.staging import NOT_GIVEN

_CALLED: Mapping[ControlType, Literal["scp", "rcp"]] = {SCP: "scp", RCP: "rcp"}


WHOLE = ("collected", "carried", "stale")
"""What came of reading a part, where its rows are all there were."""


@dataclass(frozen=True, slots=True)
class _Attached:
    name: str
    document: str


def known_types(organization: Organization, snapshot: Snapshot) -> frozenset[ControlType]:
    """Types of control policies that were read whole, or that there are none of. An import may be given one of them."""
    if organization.standalone:
        return frozenset(_CALLED)
    outcome = organization.collected.get((ORGANIZATION, ORGANIZATION_POLICIES), "missing")
    given = snapshot.rows("gaps", account_id=ORGANIZATION, of_collector=ORGANIZATION_POLICIES)
    if outcome not in WHOLE and not (outcome == "partial" and all(one["code"] == NOT_GIVEN for one in given)):
        return frozenset()
    unknown = {row["type"] for row in snapshot.rows("policy_types") if row["status"] == "UNKNOWN"}
    return frozenset(type_ for type_ in _CALLED if type_ not in unknown)


def control_changes(
    older: tuple[Organization, Snapshot],
    newer: tuple[Organization, Snapshot],
    types: Container[ControlType],
    touched: Counter[str],
) -> Iterator[ControlChange]:
    """Sorted by type, then node. `touched`: how many in each account may do something else for it."""
    (old, old_snapshot), (new, new_snapshot) = older, newer
    below = _below(old, new)
    for type_, called in _CALLED.items():
        if type_ not in types:
            continue
        yield from _switched(old, new, type_, called, touched)
        before, after = _attached(old_snapshot, type_), _attached(new_snapshot, type_)
        for node, policy_id in sorted(before.keys() | after.keys()):
            was, is_now = before.get((node, policy_id)), after.get((node, policy_id))
            if (was and was.document) != (is_now and is_now.document):
                accounts = below(node)
                reached = len(accounts), sum(touched[account] for account in accounts)
                yield _changed(called, node, was, is_now, reached)


def _changed(
    type_: Literal["scp", "rcp"],
    node: str,
    was: _Attached | None,
    is_now: _Attached | None,
    reached: tuple[int, int],
) -> ControlChange:
    status: ControlStatus = "changed" if was and is_now else "attached" if is_now else "detached"
    named = is_now or was
    before, after = (one.document if one else None for one in (was, is_now))
    return ControlChange(type_, status, node, named.name if named else "", before, after, *reached)


def _attached(snapshot: Snapshot, type_: ControlType) -> dict[tuple[str, str], _Attached]:
    """By node and the policy's id: two policies may say the same."""
    policies = {row["id"]: row for row in snapshot.rows("organization_policies") if row["type"] == type_}
    return {
        (row["target_id"], row["policy_id"]): _Attached(policy["name"] or policy["id"], policy["document"])
        for row in snapshot.rows("organization_policy_targets")
        if (policy := policies.get(row["policy_id"])) is not None
    }


def _below(old: Organization, new: Organization) -> Callable[[str], list[str]]:
    """Accounts below a node, then or now; the management account is beyond control policies."""
    found: dict[str, list[str]] = {}
    for account in sorted(old.accounts.keys() | new.accounts.keys()):
        if account == new.management_account:
            continue
        nodes = {node for one in (old, new) if account in one.accounts for node in one.nodes(account)}
        for node in nodes:
            found.setdefault(node, []).append(account)
    return lambda node: found.get(node, [])


def _switched(
    old: Organization,
    new: Organization,
    type_: ControlType,
    called: Literal["scp", "rcp"],
    touched: Counter[str],
) -> Iterator[ControlChange]:
    was, is_now = old.control_types.get(type_, False), new.control_types.get(type_, False)
    if was != is_now:
        status: ControlStatus = "switched_on" if is_now else "switched_off"
        accounts = [one for one in new.accounts if one != new.management_account]
        reached = sum(touched[one] for one in accounts)
        yield ControlChange(called, status, new.id, "", None, None, len(accounts), reached)
