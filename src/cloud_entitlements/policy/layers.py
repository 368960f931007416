"""What one layer says: does it allow, does it deny (TRI-03). What was not read may do both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, Layer, Levels, PolicySet
from cloud_entitlements.policy.statement import Asked, Compiled, kinds, matches
from cloud_entitlements.policy.truth import F, T, Truth, U, all_of, any_of

IDENTITY, BOUNDARY, SESSION, RESOURCE = "identity", "boundary", "session", "resource"
SCP, RCP, ENDPOINT = "scp", "rcp", "vpc_endpoint"


@dataclass(frozen=True, slots=True)
class Met:
    """A statement that matches, or may."""

    layer: str
    policy: str
    """`identity[0]`, `scp[1][0]`: its place among what was given."""
    statement: Compiled
    truth: Truth
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    allow: Truth
    deny: Truth
    met: tuple[Met, ...] = ()
    by_kind: dict[Kind, Truth] = field(default_factory=dict)
    """Of a resource policy: how far it allows through each kind of principal."""
    unread: bool = False


SILENT = Said(T, F)
"""A guard that does not apply."""


def ask(layer: Layer, name: str, asked: Asked) -> Said:
    """A layer of the identity's side: no principals in it."""
    if layer is None:
        return SILENT
    if layer is UNREAD:
        return Said(U, U, unread=True)
    return _summed(_of_set(layer, name, name, asked), UNREAD in layer)


def ask_levels(levels: Levels, name: str, asked: Asked) -> Said:
    """SCP-01: each level must allow, and any may deny. SCP-04: where nothing is attached, nothing is allowed."""
    if levels is None:
        return SILENT
    if levels is UNREAD:
        return Said(U, U, unread=True)
    said = [
        _summed(_of_set(level, name, f"{name}[{number}]", asked), UNREAD in level)
        for number, level in enumerate(levels)
    ]
    return Said(
        all_of(one.allow for one in said),
        any_of(one.deny for one in said),
        tuple(met for one in said for met in one.met),
        unread=any(one.unread for one in said),
    )


def ask_resource(layer: Layer, name: str, asked: Asked) -> Said:
    """RP(kind) of section 6: which kinds of principal the policy allows; any match is enough for a Deny (PRN-07)."""
    if layer is None:
        return Said(F, F)
    if layer is UNREAD:
        return Said(U, U, by_kind=dict.fromkeys(Kind, U), unread=True)
    met = list(_met_by_principal(layer, name, asked))
    by_kind: dict[Kind, Truth] = {}
    for one in met:
        for kind in one.kinds if one.statement.allows else ():
            by_kind[kind] = max(by_kind.get(kind, F), one.truth)
    said = _summed(met, UNREAD in layer)
    if said.unread:
        by_kind = {kind: max(by_kind.get(kind, F), U) for kind in Kind}
    return Said(said.allow, said.deny, said.met, by_kind, said.unread)


def _of_set(members: PolicySet, layer: str, place: str, asked: Asked) -> Iterator[Met]:
    for number, member in enumerate(members):
        if member is UNREAD:
            continue
        for statement in member.about(asked.action):
            truth = matches(statement, asked)
            if truth != F:
                yield Met(layer, f"{place}[{number}]", statement, truth)


def _met_by_principal(members: PolicySet, name: str, asked: Asked) -> Iterator[Met]:
    for number, member in enumerate(members):
        if not isinstance(member, CompiledPolicy):
            continue
        for statement in member.about(asked.action):
            meant = kinds(statement, asked)
            if not meant:
                continue
            truth = matches(statement, asked)
            for level in (
                T,
                U,
            ):  # a session's name that is not known makes a match through it unknown, not the others
                of_level = tuple(kind for kind, one in meant.items() if min(one, truth) == level)
                if of_level:
                    yield Met(name, f"{name}[{number}]", statement, level, of_level)


def _summed(met: Iterable[Met], unread: bool) -> Said:
    kept = tuple(met)
    floor = U if unread else F
    return Said(
        max(floor, any_of(one.truth for one in kept if one.statement.allows)),
        max(floor, any_of(one.truth for one in kept if not one.statement.allows)),
        kept,
        unread=unread,
    )
