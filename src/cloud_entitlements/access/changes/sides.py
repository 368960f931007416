"""Two snapshots side by side: identity by identity, and what each may do in its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from cloud_entitlements.access.changes.controls import WHOLE, known_types
from cloud_entitlements.access.control import RCP, SCP, ControlType, attached_levels
from cloud_entitlements.access.index.actions import ActionSets, Layers
from cloud_entitlements.access.index.reckoning import Layer, Limits, Reckoner
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.layers import AUTHORIZATION_DETAILS, ORGANIZATION
from cloud_entitlements.policy import UNREAD

_AT_ONCE = 10_000
_KEPT = 2_000
"""Sets of policies whose actions stay reckoned: about 10 KB each. Neighbours often hold the same."""
NO_LIMITS: Limits = (None, None)


class Row(NamedTuple):
    """An identity as the index has it; sets of policies have other numbers in another index."""

    arn: str
    type: str
    account: str
    name: str
    held: int | None
    sources: str | None
    boundary: str | None
    trust: str | None
    tags: str
    groups: str


_ROWS = """SELECT arn, type, account, name, held, value, boundary, trust, tags, groups
FROM identity LEFT JOIN sources ON sources.id = sources WHERE identity.id >= ? AND identity.id < ? ORDER BY identity.id"""


@dataclass(frozen=True, slots=True)
class Control:
    """The control policies above an account, in one of the snapshots."""

    side: str
    limits: Limits
    levels: tuple[Layer, ...]
    resource_control: Layer


@dataclass
class Side:
    """One of the two snapshots."""

    name: str
    """`older` or `newer`."""
    store: Store
    snapshot: Snapshot
    _sets: dict[tuple[object, ...], tuple[Layers, dict[str, ActionSets]]] = field(default_factory=dict)
    _controls: dict[tuple[object, ...], Control] = field(default_factory=dict)
    _last: tuple[int | None, Layer] | None = None

    def __post_init__(self) -> None:
        self.reckoner = Reckoner(self.store)
        self.organization = self.store.organization

    @cached_property
    def _unread(self) -> frozenset[int]:
        """Numbers of sets of policies in which one was not read."""
        return frozenset(number for (number,) in self.store.rows("SELECT id FROM held WHERE unread"))

    def rows(self) -> Iterator[Row]:
        """All identities, by account, then ARN: a million need not be in memory."""
        start = 0
        while found := self.store.rows(_ROWS, start, start + _AT_ONCE):
            yield from (Row(*row) for row in found)
            start += _AT_ONCE

    def outcome(self, account: str) -> str:
        return self.organization.collected.get((account, AUTHORIZATION_DETAILS), "missing")

    def is_whole(self, account: str) -> bool:
        return self.outcome(account) in WHOLE

    @property
    def accounts_were_read(self) -> bool:
        """The organization's list of them, whole."""
        return self.organization.collected.get((ORGANIZATION, ORGANIZATION), "missing") in WHOLE

    @cached_property
    def known_types(self) -> frozenset[ControlType]:
        return known_types(self.organization, self.snapshot)

    def document(self, boundary: str | None) -> str | None:
        return None if boundary is None else self.organization.managed.get(boundary)

    def limits(self, account: str) -> Limits:
        organization = self.organization
        return attached_levels(organization, account, SCP), attached_levels(organization, account, RCP)

    def not_read(self, row: Row) -> list[str]:
        """Layers of the identity."""
        found = ["identity"] if row.held in self._unread else []
        if row.boundary is not None and self.reckoner.documents.of(self.document(row.boundary)) is None:
            found.append("boundary")
        return found

    def control(self, limits: Limits, type_: str) -> Control:
        key = (limits, type_ == "linked")
        if key not in self._controls:
            levels, resource_control = self.reckoner.guards(None, limits, type_)
            self._controls[key] = Control(self.name, limits, levels, resource_control)
        return self._controls[key]

    def sets(self, row: Row, control: Control) -> ActionSets:
        """What the identity may do under these control policies, which may be those of the other side."""
        key = (row.held, row.boundary, row.type, control.side, control.limits)
        if key not in self._sets:
            if len(self._sets) >= _KEPT:
                self._sets = {}
            bounded, _ = self.reckoner.guards(row.boundary, NO_LIMITS, row.type)
            self._sets[key] = (
                Layers(self._given(row.held), (*bounded, *control.levels), control.resource_control),
                {},
            )
        layers, by_account = self._sets[key]
        account = row.account if row.account in layers.accounts else ""
        if account not in by_account:
            by_account[account] = layers.sets(account, row.type)
        return by_account[account]

    def _given(self, held: int | None) -> Layer:
        """The last one stays: it is asked again under other control policies."""
        if self._last is None or self._last[0] != held:
            self._last = (held, self.reckoner.held(held))
        return self._last[1]

    def sets_of_group(self, account: str, documents: tuple[str | None, ...], control: Control) -> ActionSets:
        layers = Layers(self.reckoner.policies(documents), control.levels, control.resource_control)
        return layers.given_by_policies(account)


@dataclass(frozen=True, slots=True)
class Limited:
    """The control policies above an account in both snapshots, as far as both were read."""

    before: Limits
    after: Limits


def limited(old: Side, new: Side, account: str) -> Limited:
    """What was not read, or not all, in one of them is left out of both: nobody gained anything by that."""
    (scps, rcps), (scps_now, rcps_now) = old.limits(account), new.limits(account)
    known = old.known_types & new.known_types
    if SCP not in known or UNREAD in (scps, scps_now):
        scps = scps_now = None
    if RCP not in known or UNREAD in (rcps, rcps_now):
        rcps = rcps_now = None
    return Limited((scps, rcps), (scps_now, rcps_now))


def pairs(old: Side, new: Side) -> Iterator[tuple[Row | None, Row | None]]:
    """Each identity with what it was before; both lists are sorted alike."""
    before, after = old.rows(), new.rows()
    one, other = next(before, None), next(after, None)
    while one is not None or other is not None:
        mine = (one.account, one.arn) if one else None
        theirs = (other.account, other.arn) if other else None
        if mine == theirs:
            yield one, other
            one, other = next(before, None), next(after, None)
        elif theirs is None or (mine is not None and mine < theirs):
            yield one, None
            one = next(before, None)
        else:
            yield None, other
            other = next(after, None)
