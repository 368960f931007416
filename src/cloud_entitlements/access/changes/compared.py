"""Two snapshots of the same organization or account: what has changed from the older to the newer.

Identities that hold the same under the same control policies are passed over; of the others the actions are reckoned.
What was not read in one of the snapshots is unknown, and never gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

from cloud_entitlements.access.changes.controls import control_changes
from cloud_entitlements.access.changes.found import AccountChange, AccountStatus, Changes, IdentityChange
from cloud_entitlements.access.changes.identities import of_group, of_identity
from cloud_entitlements.access.changes.sides import Limited, Side, limited, pairs
from cloud_entitlements.access.control import RCP, SCP
from cloud_entitlements.access.index import AccessIndex
from cloud_entitlements.inventory import Snapshot

Progress = Callable[[str, int, int], None]
_BATCH = 10_000


def changes(
    old: AccessIndex,
    new: AccessIndex,
    old_snapshot: Snapshot,
    new_snapshot: Snapshot,
    progress: Progress | None = None,
) -> Changes:
    """The indexes are those of the snapshots."""
    before, after = Side("older", old.store, old_snapshot), Side("newer", new.store, new_snapshot)
    of_account = lru_cache(None)(lambda account: limited(before, after, account))
    found = [*_identities(before, after, of_account, progress), *_groups(before, after, of_account)]
    found.sort(key=lambda one: (one.account_id, one.arn))
    touched = Counter(one.account_id for one in found if one.by_control)
    unknown = Counter(one.account_id for one in found if one.status == "unknown")
    types = before.known_types & after.known_types
    of_both = (old.organization, old_snapshot), (new.organization, new_snapshot)
    return Changes(
        tuple(found),
        tuple(_accounts(before, after, touched, unknown)),
        tuple(control_changes(*of_both, types, touched)),
        tuple(_not_compared(before, after)),
    )


def _identities(
    old: Side, new: Side, of_account: Callable[[str], Limited], progress: Progress | None
) -> Iterator[IdentityChange]:
    total = max(side.store.count for side in (old, new))
    for number, (before, after) in enumerate(pairs(old, new)):
        row = after or before
        found = of_identity(old, new, before, after, of_account(row.account)) if row else None
        if found:
            yield found
        if progress and not number % _BATCH:
            progress("comparing identities", min(number, total), total)


def _groups(old: Side, new: Side, of_account: Callable[[str], Limited]) -> Iterator[IdentityChange]:
    before, after = ({one.arn: one for one in side.store.groups()} for side in (old, new))
    for arn in before.keys() | after.keys():
        group = after.get(arn) or before[arn]
        found = of_group(old, new, before.get(arn), after.get(arn), of_account(group.account_id))
        if found:
            yield found


def _accounts(old: Side, new: Side, touched: Counter[str], unknown: Counter[str]) -> Iterator[AccountChange]:
    listed = {one for side in (old, new) for one in (*side.store.accounts, *side.organization.accounts)}
    for account in sorted(listed):
        for status in _statuses(old, new, account):
            count = touched[account] if status == "moved" else unknown[account]
            before, after = (_told(side, account, status) for side in (old, new))
            yield AccountChange(account, _name(old, new, account), status, before, after, count)


def _told(side: Side, account: str, status: AccountStatus) -> str:
    if status in ("not_read", "stale"):
        return side.outcome(account)
    return str(side.organization.accounts.get(account, {}).get("path", ""))


def _name(old: Side, new: Side, account: str) -> str:
    names = [side.organization.accounts.get(account, {}).get("name") for side in (new, old)]
    return names[0] or names[1] or ""


def _statuses(old: Side, new: Side, account: str) -> Iterator[AccountStatus]:
    """Joined, left and moved are known where both snapshots have the organization's whole list of accounts."""
    before, after = (side.organization.accounts.get(account) for side in (old, new))
    if old.accounts_were_read and new.accounts_were_read and (before or after):
        if before is None or after is None:
            yield "joined" if before is None else "left"
            return
        if before["path"] != after["path"]:
            yield "moved"
    if not (old.is_whole(account) and new.is_whole(account)):
        yield "not_read"
    elif new.outcome(account) == "stale":
        yield "stale"


def _not_compared(old: Side, new: Side) -> Iterator[str]:
    for side in (old, new):
        for type_, called in ((SCP, "service control policies"), (RCP, "resource control policies")):
            if type_ not in side.known_types:
                yield (
                    f"{called} were not read, or not all, in the {side.name} snapshot: what changed in them is not "
                    "known, and actions are compared as if there were none"
                )
