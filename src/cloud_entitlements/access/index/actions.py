"""What everybody may do, action by action, at once: sets of actions as integers, equal sets of policies reckoned once.

A bit is an action of the catalogue, in sorted order, so that whatever a prefix begins with is one run of bits. Two sets
for each identity: *possible*, on some resource in some circumstance; and *certain*, on every resource of its own account
in every circumstance. Policies of resources are left out, as in `permissions_of`; what needs them is never certain.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.control import RCP, SCP, attached_levels
from cloud_entitlements.access.index.keys import literal
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.policy import UNREAD, Request
from cloud_entitlements.policy.catalogue import actions_of, services
from cloud_entitlements.policy.pattern import action_pattern, matches_everything
from cloud_entitlements.policy.principal import Principal, PrincipalType
from cloud_entitlements.policy.rcp import rcp_services
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.stack import CompiledPolicy
from cloud_entitlements.policy.statement import Compiled
from cloud_entitlements.policy.truth import F, T


@dataclass(frozen=True, slots=True)
class Actions:
    ids: FrozenBitMap
    """Identities with equal policies, boundary and control policies."""
    certain: int
    possible: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What policies say together; `sure` is what no resource and no condition narrows."""

    allow: int = 0
    allow_sure: int = 0
    deny: int = 0
    deny_sure: int = 0

    def __or__(self, other: _Said) -> _Said:
        return _Said(
            self.allow | other.allow,
            self.allow_sure | other.allow_sure,
            self.deny | other.deny,
            self.deny_sure | other.deny_sure,
        )

    @property
    def possible(self) -> int:
        return self.allow & ~self.deny_sure

    @property
    def certain(self) -> int:
        return self.allow_sure & ~self.deny


@lru_cache(1)
def universe() -> tuple[str, ...]:
    """All actions of the catalogue, in lower case, sorted: bit by bit."""
    return tuple(sorted(f"{service}:{name}" for service in services() for name in actions_of(service)))


def names(actions: int) -> Iterator[str]:
    """As AWS spells them."""
    for number, action in enumerate(universe()):
        if actions >> number & 1:
            service, _, name = action.partition(":")
            yield actions_of(service)[name]


@lru_cache(1)
def _all() -> int:
    return (1 << len(universe())) - 1


@lru_cache(65_536)
def actions_like(pattern: str) -> int:
    folded, listed = pattern.lower(), universe()
    beginning = literal(folded)
    first, last = bisect_left(listed, beginning), bisect_left(listed, f"{beginning}\uffff")
    if folded == f"{beginning}*" and ":" in beginning:
        return (1 << last) - (1 << first)
    matches = action_pattern(folded)
    return sum(1 << number for number in range(first, last) if matches(listed[number]))


@lru_cache(65_536)
def _of_element(patterns: tuple[str, ...], negated: bool) -> int:
    found = reduce(or_, map(actions_like, patterns), 0)
    return _all() & ~found if negated else found


@lru_cache(1)
def _needing_resource() -> int:
    """Identity policies alone never allow these (EVAL-11), or not in every way of calling (LAM-01)."""
    caller = Principal("user", "", "1")
    found = 0
    for number, action in enumerate(universe()):
        service = action.partition(":")[0]
        request, quirks = Request(caller, action, "arn:aws:x:::y"), quirks_of(service)
        if quirks.explicit(request) or quirks.ways(request) is not None:
            found |= 1 << number
    return found


@lru_cache(4)
def _settled(type_: str) -> tuple[int, int]:
    """Actions that no policy governs: always allowed to identities of the type, and never."""
    kind: PrincipalType = "role" if type_ == "linked" else type_  # type: ignore[assignment]
    caller = Principal(kind, "", "1")
    always = never = 0
    for number, action in enumerate(universe()):
        settled = quirks_of(action.partition(":")[0]).settled(Request(caller, action, "*", "1"))
        if settled is not None:
            always |= (settled.truth == T) << number
            never |= (settled.truth == F) << number
    return always, never


@lru_cache(1)
def _under_rcp() -> int:
    return reduce(or_, (actions_like(f"{service}:*") for service in rcp_services()), 0)


def actions_of_all(store: Store) -> Iterator[Actions]:
    """Each identity stands in exactly one of them."""
    reckoner = _Reckoner(store)
    groups: dict[tuple[Any, ...], BitMap] = defaultdict(BitMap)
    limits = {account: reckoner.limits(account) for account in store.accounts}
    query = "SELECT id, held, boundary, account, type FROM identity"
    for number, held, boundary, account, type_ in store.rows(query):
        groups[held, boundary, limits[account], type_].add(number)
    for (held, boundary, (scps, rcps), type_), ids in groups.items():
        guards = () if type_ == "linked" else (*reckoner.boundary(boundary), *reckoner.levels(scps))
        said = (_EVERYTHING if type_ == "root" else reckoner.held(held), *guards)
        taken = reduce(or_, reckoner.levels(rcps), _Said()) if type_ != "linked" else _Said()
        always, never = _settled(type_)
        certain = (
            reduce(and_, (one.certain for one in said), _all())
            & ~_needing_resource()
            & ~(taken.deny & _under_rcp())
        )
        possible = reduce(and_, (one.possible for one in said), _all()) & ~(taken.deny_sure & _under_rcp())
        yield Actions(FrozenBitMap(ids), (certain & ~never) | always, (possible & ~never) | always)


class _Reckoner:
    """What equal policies come to, reckoned once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._statements: dict[int, _Said] = {}
        self._levels: dict[Any, _Said] = {}

    def held(self, number: int) -> _Said:
        statements, always, unread = self._store.rows(
            "SELECT statements, always, unread FROM held WHERE id = ?", number
        )[0]
        numbers = BitMap.deserialize(statements)
        missing = [one for one in numbers if one not in self._statements]
        for one, text in self._store.rows_in("SELECT id, text FROM statement WHERE id IN", missing):
            self._statements[one] = _of_statement(json.loads(text)["Statement"][0])
        found = [self._statements[one] for one in numbers]
        found += [_of_always(effect, pattern) for effect, pattern in json.loads(always)]
        return _united([*found, *([_UNREAD] if unread else [])])

    def boundary(self, arn: str | None) -> Iterator[_Said]:
        if arn is not None:
            yield self._of(self._store.organization.managed.get(arn))

    def limits(self, account: str) -> tuple[Any, Any]:
        organization = self._store.organization
        return attached_levels(organization, account, SCP), attached_levels(organization, account, RCP)

    def levels(self, levels: Any) -> list[_Said]:
        """One for each level. Of what was not read, everything is possible and nothing certain."""
        if levels is UNREAD:
            return [_UNREAD]
        return [_united([self._of(sha256) for sha256 in level]) for level in levels or ()]

    def _of(self, sha256: str | None) -> _Said:
        if sha256 not in self._levels:
            member = self._store.organization.policy(sha256)
            said = (
                [_compiled(one) for one in member.statements]
                if isinstance(member, CompiledPolicy)
                else [_UNREAD]
            )
            self._levels[sha256] = _united(said)
        return self._levels[sha256]


def _united(said: list[_Said]) -> _Said:
    return reduce(or_, said, _Said())


def _of_statement(raw: Mapping[str, Any]) -> _Said:
    """Of JSON that was read as a policy before."""
    negated = "NotAction" in raw
    actions = _of_element(_listed(raw["NotAction" if negated else "Action"]), negated)
    sure = not raw.get("Condition") and any(map(matches_everything, _listed(raw.get("Resource", []))))
    return _said(raw["Effect"], actions, sure=sure)


def _compiled(statement: Compiled) -> _Said:
    element = statement.source.actions
    actions = _of_element(element.patterns, element.negated)
    return _said(statement.source.effect, actions, sure=statement.always)


def _of_always(effect: str, pattern: str) -> _Said:
    return _said(effect, actions_like(pattern), sure=True)


def _said(effect: str, actions: int, *, sure: bool) -> _Said:
    surely = actions if sure else 0
    return _Said(actions, surely) if effect == "Allow" else _Said(deny=actions, deny_sure=surely)


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


_ANYTHING = -1
"""All bits there are, and more: they are cut off by whatever they are compared with."""
_EVERYTHING = _Said(allow=_ANYTHING, allow_sure=_ANYTHING)
_UNREAD = _Said(allow=_ANYTHING, deny=_ANYTHING)
"""May allow anything and deny anything."""
