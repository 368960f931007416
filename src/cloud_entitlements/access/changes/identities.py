"""One identity, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from cloud_entitlements.access.changes.found import (
    NOTHING,
    ActionChange,
    BoundaryChange,
    IdentityChange,
    PolicyChange,
    TagChange,
    TrustChange,
)
from cloud_entitlements.access.changes.sides import Limited, Row, Side
from cloud_entitlements.access.index.actions import ActionSets, settled
from cloud_entitlements.access.index.store import sources_of
from cloud_entitlements.access.organization import Source, UserGroup

_NOBODY = ActionSets()
"""A group that is not there gives nothing."""
_TYPES: Mapping[str, Literal["user", "role", "root"]] = {
    "user": "user", "role": "role", "linked": "role", "root": "root",
}  # fmt: skip


def of_identity(
    old: Side, new: Side, before: Row | None, after: Row | None, limits: Limited
) -> IdentityChange | None:
    """None: nothing has changed. One of both rows is there."""
    row = after or before
    if row is None or (row.type == "root" and not (before and after)):
        return None  # an account's own user comes and goes with it
    if _is_unknown(old, new, before, after, row.account):
        return _named(row, "unknown")
    if before and after and _is_same(old, new, before, after) and limits.before == limits.after:
        return None
    return _compared(old, new, before, after, limits, row)


def _is_unknown(old: Side, new: Side, before: object | None, after: object | None, account: str) -> bool:
    return (before is None and not old.is_whole(account)) or (after is None and not new.is_whole(account))


def _is_same(old: Side, new: Side, before: Row, after: Row) -> bool:
    same = before._replace(held=None) == after._replace(held=None)
    return same and old.document(before.boundary) == new.document(after.boundary)


def _named(row: Row, status: Literal["new", "gone", "changed", "unknown"], **more: object) -> IdentityChange:
    return IdentityChange(row.arn, _TYPES[row.type], row.account, row.name, status, **more)  # type: ignore[arg-type]


def _compared(
    old: Side, new: Side, before: Row | None, after: Row | None, limits: Limited, row: Row
) -> IdentityChange | None:
    not_read = [*(old.not_read(before) if before else ()), *(new.not_read(after) if after else ())]
    actions, by_control = (NOTHING, False) if not_read else _actions(old, new, before, after, limits)
    joined, left = _groups(before, after)
    found = _named(
        row,
        "new" if before is None else "gone" if after is None else "changed",
        actions=actions,
        not_read=tuple(dict.fromkeys(not_read)),
        policies=tuple(policies(_sources(before), _sources(after))),
        boundary=_boundary(old, new, before, after),
        trust=_trust(before, after),
        tags=tuple(_tags(before, after)),
        joined=joined,
        left=left,
        by_control=by_control,
    )
    if found.status != "changed" or _says_something(found):
        return found
    return _named(row, "unknown", not_read=found.not_read) if not_read else None


def _says_something(found: IdentityChange) -> bool:
    own = (found.actions, found.policies, found.boundary, found.trust, found.tags, found.joined, found.left)
    return any(own)


def _actions(
    old: Side, new: Side, before: Row | None, after: Row | None, limits: Limited
) -> tuple[ActionChange, bool]:
    """And whether control policies had a part in it."""
    is_now = new.sets(after, new.control(limits.after, after.type)) if after else _absent(before)
    if before is None or after is None or limits.before == limits.after:
        was = old.sets(before, old.control(limits.before, before.type)) if before else _absent(after)
        return difference(was, is_now), False
    as_before = new.sets(after, old.control(limits.before, after.type))
    same = _is_same(old, new, before, after)
    was = as_before if same else old.sets(before, old.control(limits.before, before.type))
    return difference(was, is_now), as_before != is_now


def _absent(row: Row | None) -> ActionSets:
    """Whoever is not there has what everybody has: it is no news of who came or went."""
    always, _ = settled(row.type) if row else (0, 0)
    return ActionSets(always, always, always)


def difference(before: ActionSets, after: ActionSets) -> ActionChange:
    return ActionChange(
        after.possible & ~before.possible,
        before.possible & ~after.possible,
        after.broad & ~before.broad,
        before.broad & ~after.broad,
        after.certain & ~before.certain,
        before.certain & ~after.certain,
    )


def policies(before: Iterable[Source], after: Iterable[Source]) -> Iterator[PolicyChange]:
    """In the order of their words."""
    was, is_now = ({one.words: one.document for one in held} for held in (before, after))
    for words in sorted(was.keys() | is_now.keys()):
        if words not in was:
            yield PolicyChange(words, "attached", None, is_now[words])
        elif words not in is_now:
            yield PolicyChange(words, "detached", was[words], None)
        elif was[words] != is_now[words]:
            yield PolicyChange(words, "changed", was[words], is_now[words])


def _sources(row: Row | None) -> tuple[Source, ...]:
    return sources_of(row.sources) if row else ()


def _boundary(old: Side, new: Side, before: Row | None, after: Row | None) -> BoundaryChange | None:
    was, is_now = before.boundary if before else None, after.boundary if after else None
    found = BoundaryChange(was, is_now, old.document(was), new.document(is_now))
    same = (found.before, found.before_document) == (found.after, found.after_document)
    return None if same else found


def _trust(before: Row | None, after: Row | None) -> TrustChange | None:
    was, is_now = before.trust if before else None, after.trust if after else None
    return None if was == is_now else TrustChange(was, is_now)


def _tags(before: Row | None, after: Row | None) -> Iterator[TagChange]:
    was, is_now = (json.loads(row.tags) if row else {} for row in (before, after))
    for key in sorted(was.keys() | is_now.keys()):
        if was.get(key) != is_now.get(key):
            yield TagChange(key, was.get(key), is_now.get(key))


def _groups(before: Row | None, after: Row | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    was, is_now = (set(json.loads(row.groups)) if row else set() for row in (before, after))
    return tuple(sorted(is_now - was)), tuple(sorted(was - is_now))


def of_group(
    old: Side, new: Side, before: UserGroup | None, after: UserGroup | None, limits: Limited
) -> IdentityChange | None:
    """A group of users has no boundary, no trust policy and no tags."""
    group = after or before
    if group is None or (before == after and limits.before == limits.after):
        return None
    account = group.account_id
    if _is_unknown(old, new, before, after, account):
        return IdentityChange(group.arn, "group", account, group.name, "unknown")
    held = [_documents(before), _documents(after)]
    unread = any(
        side.reckoner.documents.of(one) is None
        for side, documents in zip((old, new), held, strict=True)
        for one in documents
    )
    was = old.sets_of_group(account, held[0], old.control(limits.before, "user")) if before else _NOBODY
    is_now = new.sets_of_group(account, held[1], new.control(limits.after, "user")) if after else _NOBODY
    changed = tuple(policies(before.policies if before else (), after.policies if after else ()))
    actions = NOTHING if unread else difference(was, is_now)
    if before and after and not changed and not actions:
        return None
    status: Literal["new", "gone", "changed"] = (
        "new" if before is None else "gone" if after is None else "changed"
    )
    not_read = ("identity",) if unread else ()
    return IdentityChange(
        group.arn, "group", account, group.name, status, actions, not_read=not_read, policies=changed
    )


def _documents(group: UserGroup | None) -> tuple[str | None, ...]:
    return tuple(one.document for one in group.policies) if group else ()
