"""One question, among identities of one type: who could be allowed at all, and in which parts they are treated alike."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.control import RCP, SCP
from cloud_entitlements.access.index.alike import MATCHES, Behaviour, Remembered, View, behaviours, partition
from cloud_entitlements.access.index.build import UNREAD_MARK
from cloud_entitlements.access.index.meant import meant
from cloud_entitlements.access.index.store import NOBODY, Store
from cloud_entitlements.access.index.varying import Varying
from cloud_entitlements.policy import UNREAD, PolicyStack, Request
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.stack import CompiledPolicy, Levels, PolicySet
from cloud_entitlements.policy.statement import Asked, Compiled
from cloud_entitlements.policy.truth import F

Sets = dict[Any, FrozenBitMap]
"""Who shows a behaviour, by the place among the policies where it shows."""
ALLOWS, DENIES, NOT_READ = ("identity", "Allow"), ("identity", "Deny"), ("identity", "not read")


@dataclass(frozen=True)
class Among:
    """Identities of one type, all at home with the resource or all not; and the question as one of them would ask it."""

    ids: FrozenBitMap
    request: Request
    stack: PolicyStack
    varying: Varying
    at_home: bool | None
    """None: whose the resource is, is not known."""
    remembered: Remembered

    @property
    def store(self) -> Store:
        return self.varying.store


def parts(among: Among) -> list[FrozenBitMap]:
    """Nobody else can. The engine gives one decision to each part."""
    request = among.request
    quirks = quirks_of(request.service)
    settled = quirks.settled(request)
    if settled is not None:
        return [among.ids] if settled.truth != F else []
    found = [*_first(among, _view(among, request))]
    if not found:
        return []
    candidates, sets = found[0]
    for also in quirks.also(request, among.stack):
        view = _view(among, also)
        sets += [
            *_identity(among, view, candidates).values(),
            *_guards(among, view, candidates),
            *_resource(among, view, candidates).sets.values(),
        ]
    return partition(candidates, sets)


def _view(among: Among, request: Request) -> View:
    context = quirks_of(request.service).context(request, among.stack)
    asked = Asked(
        request.action.lower(),
        request.resource,
        context,
        request.principal,
        denies_reach_sessions=among.stack.switches.denies_reach_sessions,
    )
    return View(asked, among.varying, among.remembered)


def _first(among: Among, view: View) -> Iterator[tuple[FrozenBitMap, list[FrozenBitMap]]]:
    """Candidates are those whom a policy of their own, or the resource, may allow, and no Deny of their own stops."""
    resource = _resource(among, view, among.ids)
    explicit = quirks_of(among.request.service).explicit(among.request)
    needs_resource = (
        among.at_home is False or explicit or among.request.service in among.stack.switches.explicit_services
    )
    reachable = resource.meant if needs_resource and not resource.open else among.ids
    identity = _identity(among, view, reachable)
    able = reachable if among.varying.type == "root" else _able(identity)
    if among.at_home is not False or among.stack.grants:
        # KMS-05: a grant may allow a foreign caller whose own policies do not
        able = reachable if resource.open else able | (resource.meant & reachable)
    candidates = FrozenBitMap(able - identity.get((*DENIES, MATCHES), NOBODY))
    if candidates:
        yield candidates, [*identity.values(), *_guards(among, view, candidates), *resource.sets.values()]


def _able(identity: Sets) -> FrozenBitMap:
    found = (ids for place, ids in identity.items() if place[:2] in (ALLOWS, NOT_READ))
    return FrozenBitMap(BitMap.union(BitMap(), *found))


# Policies of their own


def _identity(among: Among, view: View, ids: FrozenBitMap) -> Sets:
    store, asked = among.store, view.asked
    sets: dict[Any, BitMap] = defaultdict(BitMap)
    for place in (ALLOWS, DENIES):
        sets[*place, MATCHES] |= store.always(place[1], asked.action) & ids
    sets[*NOT_READ, MATCHES] |= store.unread & ids
    for statement, holders in store.compiled(store.statements(asked.action, asked.resource)):
        some = FrozenBitMap(holders & ids)
        if some and statement.matches_action(asked.action):
            _add(sets, (ALLOWS if statement.allows else DENIES), behaviours(statement, some, view))
    return {place: FrozenBitMap(those) for place, those in sets.items() if those}


def _add(sets: dict[Any, BitMap], place: tuple[Any, ...], found: dict[Behaviour, FrozenBitMap]) -> None:
    for behaviour, those in found.items():
        sets[*place, behaviour] |= those


# What limits them


def _guards(among: Among, view: View, ids: FrozenBitMap) -> Iterator[FrozenBitMap]:
    yield from _boundaries(among, view, ids)
    yield from _controls(among, view, ids, SCP)
    if among.varying.own_resource:
        yield from _controls(among, view, ids, RCP)
    else:
        yield from _fixed(among.stack.resource_control, view, ids)


def _boundaries(among: Among, view: View, ids: FrozenBitMap) -> Iterator[FrozenBitMap]:
    for sha256, holders in among.store.boundaries.items():
        some = FrozenBitMap(holders & ids)
        if some:
            member = among.store.organization.policy(None if sha256 == UNREAD_MARK else sha256)
            yield from _limiting((member,), some, view)


def _controls(among: Among, view: View, ids: FrozenBitMap, type_: str) -> Iterator[FrozenBitMap]:
    for documents, holders in among.store.controls.get(type_, ()):
        some = FrozenBitMap(holders & ids)
        if some:
            unread = documents == UNREAD_MARK
            members = (UNREAD,) if unread else among.store.organization.policies(json.loads(documents))
            yield from _limiting(members, some, view)


def _limiting(members: PolicySet, ids: FrozenBitMap, view: View) -> Iterator[FrozenBitMap]:
    """Nothing where the policies simply allow: then they tell nobody apart."""
    found = [one for statement in _about(members, view) for one in _shown(statement, ids, view)]
    if (
        UNREAD not in members
        and all(allows and behaviour == MATCHES and those == ids for allows, behaviour, those in found)
        and found
    ):
        return
    yield ids
    yield from (those for _, _, those in found)


def _shown(
    statement: Compiled, ids: FrozenBitMap, view: View
) -> Iterator[tuple[bool, Behaviour, FrozenBitMap]]:
    for behaviour, those in behaviours(statement, ids, view).items():
        yield statement.allows, behaviour, those


def _fixed(levels: Levels, view: View, ids: FrozenBitMap) -> Iterator[FrozenBitMap]:
    """The same policies for everybody."""
    for members in levels if isinstance(levels, tuple) else ():
        for statement in _about(members, view):
            yield from behaviours(statement, ids, view).values()


def _about(members: Iterable[Any], view: View) -> Iterator[Compiled]:
    for member in members:
        if isinstance(member, CompiledPolicy):
            yield from member.about(view.asked.action)


# The resource


@dataclass(frozen=True, slots=True)
class _Resource:
    sets: Sets
    meant: FrozenBitMap
    """Whom its policy allows, or may."""
    open: bool
    """Something of it was not read, and may allow anybody."""


def _resource(among: Among, view: View, ids: FrozenBitMap) -> _Resource:
    layer, stack = among.stack.resource, among.stack
    unmodelled = bool(quirks_of(among.request.service).unmodelled(among.request, stack))
    open_ = UNREAD in (layer, stack.grants, stack.s3) or bool(stack.grants) or unmodelled
    members = layer if isinstance(layer, tuple) else ()
    sets: dict[Any, BitMap] = defaultdict(BitMap)
    allowed = BitMap()
    for number, statement in enumerate(_about(members, view)):
        for kinds, some in meant(statement, ids, view, among.store.bounded):
            for behaviour, those in behaviours(statement, some, view).items():
                sets[number, kinds, behaviour] |= those
                if statement.allows:
                    allowed |= those
    found = {place: FrozenBitMap(those) for place, those in sets.items()}
    return _Resource(found, FrozenBitMap(allowed), open_ or UNREAD in members)
