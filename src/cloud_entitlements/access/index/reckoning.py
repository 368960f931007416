"""What policies say together, layer by layer: sets of actions as integers, equal ones reckoned once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pyroaring import BitMap

from cloud_entitlements.access.control import RCP, SCP, Attached, attached_levels
from cloud_entitlements.access.index.kinds import (
    ANYWHERE,
    actions_on_any,
    actions_on_no_other,
    all_kinds,
    covered,
    perhaps_about,
)
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.access.index.universe import actions_like, actions_of_element
from cloud_entitlements.access.parsed import parsed
from cloud_entitlements.policy import UNREAD, MalformedPolicy
from cloud_entitlements.policy.document import Effect, Statement
from cloud_entitlements.policy.pattern import matches_everything
from cloud_entitlements.policy.stack import Unread

Limits = tuple[Attached | Unread | None, Attached | Unread | None]
"""Service and resource control policies."""


@dataclass(frozen=True, slots=True)
class Said:
    """`broad` is what is said of all resources of a type, or all but some; `sure` what neither resource nor condition narrows."""

    allow: int = 0
    allow_broad: int = 0
    allow_sure: int = 0
    deny: int = 0
    deny_broad: int = 0
    """Of every type that the action takes, whatever the circumstances."""
    deny_sure: int = 0

    # INVARIANT: certain is part of broad, and broad of possible

    @property
    def possible(self) -> int:
        return self.allow & ~self.deny_sure

    @property
    def broad(self) -> int:
        return self.allow_broad & ~self.deny_broad

    @property
    def certain(self) -> int:
        return self.allow_sure & ~self.deny


@dataclass(frozen=True, slots=True)
class Layer:
    said: Said
    of_account: Mapping[str, Said] = field(default_factory=dict)
    """In accounts that a pattern names it says something else."""

    def in_account(self, account: str) -> Said:
        return self.of_account.get(account, self.said)


_ANYTHING = -1
"""All bits there are, and more: they are cut off by whatever they are compared with."""
NOTHING = Layer(Said())
EVERYTHING = Layer(Said(allow=_ANYTHING, allow_broad=_ANYTHING, allow_sure=_ANYTHING))
UNREAD_POLICY = Layer(Said(allow=_ANYTHING, deny=_ANYTHING))
"""May allow anything and deny anything; that it is broad nobody has read."""
UNREAD_GUARD = Layer(Said(allow=_ANYTHING, allow_broad=_ANYTHING, deny=_ANYTHING))
"""It may let through what another layer allows, as broadly."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of a document."""

    number: int
    """From 0."""
    sid: str
    effect: Effect
    conditional: bool
    layer: Layer
    """What it says alone."""


class Documents:
    """What documents say, statement by statement; those asked for lately are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[Stated, ...] | None] = {}

    def of(self, sha256: str | None) -> tuple[Stated, ...] | None:
        """None: it was not read, or can't be."""
        if sha256 is None:
            return None
        known = self._known
        if sha256 not in known:
            if len(known) >= _KEPT:
                # a new dict: another thread may be reading the old one
                known = self._known = {}
            known[sha256] = self._read(sha256)
        return known[sha256]

    def layer(self, sha256: str | None, unread: Layer) -> Layer:
        found = self.of(sha256)
        return unread if found is None else united([one.layer for one in found])

    def _read(self, sha256: str) -> tuple[Stated, ...] | None:
        text = self._store.text(sha256)
        try:
            statements = parsed(text).statements if text is not None else None
        except MalformedPolicy:
            return None  # TRI-08
        if statements is None:
            return None
        partition = self._store.partition
        return tuple(
            Stated(one.number, one.sid, one.effect, bool(one.conditions), _of_parsed(one, partition))
            for one in statements
        )


_KEPT = 5_000
"""Documents that stay read: about 10 KB each."""
_KEPT_STATEMENTS = 100_000
"""Statements that stay reckoned: about 2 KB each."""


class Reckoner:
    """What equal policies come to, reckoned once."""

    def __init__(self, store: Store, documents: Documents | None = None) -> None:
        self._store = store
        self.documents = documents or Documents(store)
        self._statements: dict[int, Layer] = {}
        self._guards: dict[str | None, Layer] = {}
        self._levels: dict[Attached, tuple[Layer, ...]] = {}
        self._partition = store.partition

    def held(self, number: int | None) -> Layer:
        """What a set of policies that identities hold says; None is root's, which needs none."""
        if number is None:
            return EVERYTHING
        statements, always, unread = self._store.rows(
            "SELECT statements, always, unread FROM held WHERE id = ?", number
        )[0]
        return self.parts(BitMap.deserialize(statements), json.loads(always), unread=unread)

    def parts(self, statements: BitMap, always: Iterable[tuple[str, str]], *, unread: bool) -> Layer:
        if len(self._statements) > _KEPT_STATEMENTS:
            self._statements = {}
        missing = [one for one in statements if one not in self._statements]
        for one, text in self._store.rows_in("SELECT id, text FROM statement WHERE id IN", missing):
            self._statements[one] = _of_statement(json.loads(text)["Statement"][0], self._partition)
        found = [self._statements[one] for one in statements]
        found += [_always(effect, pattern) for effect, pattern in always]
        return united([*found, *([UNREAD_POLICY] if unread else [])])

    def policies(self, hashes: Iterable[str | None]) -> Layer:
        """The same of documents by their SHA-256; None: one that was not read."""
        return united([self.documents.layer(one, UNREAD_POLICY) for one in hashes])

    def limits(self, account: str) -> Limits:
        organization = self._store.organization
        return attached_levels(organization, account, SCP), attached_levels(organization, account, RCP)

    def guards(self, boundary: str | None, limits: Limits, type_: str) -> tuple[tuple[Layer, ...], Layer]:
        """Boundary and levels of service control policies; and all resource control policies together."""
        managed = self._store.organization.managed
        bounded = () if boundary is None else (self._guard(managed.get(boundary)),)
        if type_ == "linked":  # SLR-01
            return bounded, NOTHING
        scps, rcps = limits
        return (*bounded, *self._of_levels(scps)), united(self._of_levels(rcps))

    def _of_levels(self, levels: Attached | Unread | None) -> tuple[Layer, ...]:
        """One for each level. Of what was not read, everything is possible and nothing certain."""
        if not isinstance(levels, tuple):
            return (UNREAD_GUARD,) if levels is UNREAD else ()
        if levels not in self._levels:
            self._levels[levels] = tuple(united([self._guard(one) for one in level]) for level in levels)
        return self._levels[levels]

    def _guard(self, sha256: str | None) -> Layer:
        if sha256 not in self._guards:
            self._guards[sha256] = self.documents.layer(sha256, UNREAD_GUARD)
        return self._guards[sha256]


def united(layers: Sequence[Layer]) -> Layer:
    if len(layers) == 1:
        return layers[0]
    accounts = {account for one in layers for account in one.of_account}
    return Layer(
        _together([one.said for one in layers]),
        {account: _together([one.in_account(account) for one in layers]) for account in accounts},
    )


def _together(said: Sequence[Said]) -> Said:
    allow = allow_broad = allow_sure = deny = deny_broad = deny_sure = 0
    for one in said:
        allow |= one.allow
        allow_broad |= one.allow_broad
        allow_sure |= one.allow_sure
        deny |= one.deny
        deny_broad |= one.deny_broad
        deny_sure |= one.deny_sure
    return Said(allow, allow_broad, allow_sure, deny, deny_broad, deny_sure)


def _of_statement(raw: Mapping[str, Any], partition: str) -> Layer:
    """Of JSON that was read as a policy before."""
    negated, all_but = "NotAction" in raw, "NotResource" in raw
    actions = actions_of_element(_listed(raw["NotAction" if negated else "Action"]), negated)
    patterns = _listed(raw.get("NotResource" if all_but else "Resource", "*"))
    return _layer(
        raw["Effect"],
        actions,
        patterns,
        partition,
        all_but=all_but,
        conditional=bool(raw.get("Condition")),
    )


def _of_parsed(statement: Statement, partition: str) -> Layer:
    element, resources = statement.actions, statement.resources
    return _layer(
        statement.effect,
        actions_of_element(element.patterns, element.negated),
        resources.patterns if resources else ("*",),
        partition,
        all_but=bool(resources and resources.negated),
        conditional=bool(statement.conditions),
    )


def _layer(
    effect: str,
    actions: int,
    patterns: Sequence[str],
    partition: str,
    *,
    all_but: bool,
    conditional: bool,
) -> Layer:
    if not all_but and any(map(matches_everything, patterns)):
        if not conditional:
            return _sure(effect, actions)
        return Layer(Said(allow=actions, allow_broad=actions) if effect == "Allow" else Said(deny=actions))
    if effect == "Deny" and conditional:
        return Layer(Said(deny=actions))
    kinds = _kinds(patterns, partition)
    anywhere = kinds.pop(ANYWHERE, 0)
    open_ = perhaps_about(patterns) if all_but and effect == "Deny" else 0

    def said(covered_: int) -> Said:
        meant = all_kinds() & ~covered_ if all_but else covered_
        return _said(effect, actions, meant, open_)

    return Layer(said(anywhere), {account: said(anywhere | found) for account, found in kinds.items()})


def _kinds(patterns: Iterable[str], partition: str) -> dict[str, int]:
    """Types that the patterns cover, by account."""
    found: dict[str, int] = {}
    for pattern in patterns:
        account, kinds = covered(pattern, partition)
        if kinds:
            found[account] = found.get(account, 0) | kinds
    return found


def _said(effect: str, actions: int, kinds: int, open_: int) -> Said:
    """`kinds`: the types of resources that are meant; `open_`: actions of which it is not known whether they are."""
    if effect == "Allow":
        return Said(allow=actions, allow_broad=actions & actions_on_any(kinds) if kinds else 0)
    return Said(deny=actions, deny_broad=actions & actions_on_no_other(kinds) & ~open_ if kinds else 0)


@lru_cache(4096)
def _always(effect: str, pattern: str) -> Layer:
    return _sure(effect, actions_like(pattern))


def _sure(effect: str, actions: int) -> Layer:
    if effect == "Allow":
        return Layer(Said(allow=actions, allow_broad=actions, allow_sure=actions))
    return Layer(Said(deny=actions, deny_broad=actions, deny_sure=actions))


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
