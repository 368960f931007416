"""What of a stack an action concerns, and what the layers without principals say of it.

Put together once for each action, with what does not hang on the request already answered: a layer of plain allows, such
as `FullAWSAccess` at every level, is then asked for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cloud_entitlements.policy.layers import (
    BOUNDARY,
    IDENTITY,
    NO_KINDS,
    NOT_READ,
    RCP,
    SCP,
    SESSION,
    SILENT,
    Met,
    Said,
    summed,
)
from cloud_entitlements.policy.stack import UNREAD, Layer, Levels, PolicySet, PolicyStack
from cloud_entitlements.policy.statement import Asked, Compiled, matches
from cloud_entitlements.policy.truth import F, T, Truth, U

_REMEMBERED = 2_048
"""Actions of one stack."""


class Level(NamedTuple):
    """Policies that are a union (EVAL-02)."""

    statements: Sequence[tuple[Compiled, Met]]
    """Each with what it is when it matches."""
    unread: bool
    said: Said | None
    """None: it hangs on the resource, or on the context."""


class Ready(NamedTuple):
    """A layer, level by level; one that has no levels is a single one."""

    levels: Sequence[Level]
    said: Said | None


class Concerned(NamedTuple):
    identity: Ready
    boundary: Ready
    session: Ready
    scp: Ready
    rcp: Ready


def concerned(stack: PolicyStack, action: str) -> Concerned:
    """`action` in lower case."""
    found: Concerned | None = stack.concerned.get(action)
    if found is None:
        if len(stack.concerned) >= _REMEMBERED:
            stack.concerned.clear()
        found = stack.concerned[action] = Concerned(
            ready(stack.identity, IDENTITY, action),
            ready(stack.boundary, BOUNDARY, action),
            ready(stack.session, SESSION, action),
            _ready_levels(stack.service_control, SCP, action),
            _ready_levels(stack.resource_control, RCP, action),
        )
    return found


_SILENT, _NOT_READ = Ready((), SILENT), Ready((), NOT_READ)


def ready(layer: Layer, name: str, action: str) -> Ready:
    if layer is None:
        return _SILENT
    if layer is UNREAD:
        return _NOT_READ
    level = _level(layer, name, name, action)
    return Ready((level,), level.said)


def _ready_levels(levels: Levels, name: str, action: str) -> Ready:
    if levels is None:
        return _SILENT
    if levels is UNREAD:
        return _NOT_READ
    found = [_level(one, name, f"{name}[{number}]", action) for number, one in enumerate(levels)]
    said = [one.said for one in found if one.said is not None]
    return Ready(found, _joined(said) if len(said) == len(found) else None)


def _level(members: PolicySet, layer: str, place: str, action: str) -> Level:
    found: list[tuple[Compiled, Met]] = []
    unread, fixed = False, True
    for number, member in enumerate(members):
        if member is UNREAD:
            unread = True
            continue
        for statement in member.about(action):
            found.append((statement, Met(layer, place, number, statement, T)))
            fixed = fixed and statement.always
    return Level(found, unread, summed([met for _, met in found], unread) if fixed else None)


def ask(layer: Ready, asked: Asked) -> Said:
    """SCP-01: each level must allow, and any may deny. SCP-04: where nothing is attached, nothing is allowed."""
    if layer.said is not None:
        return layer.said
    if len(layer.levels) == 1:
        return _ask_level(layer.levels[0], asked)
    return _joined([one.said or _ask_level(one, asked) for one in layer.levels])


def ask_rcp(layer: Ready, asked: Asked) -> Said:
    """RCP-01: `RCPFullAWSAccess` can't be detached, so nothing is denied but by a Deny."""
    said = ask(layer, asked)
    return said if said.allow == T else said._replace(allow=T)


def _ask_level(level: Level, asked: Asked) -> Said:
    """One loop, and no calls that it can do without: a decision spends its time here."""
    allow: Truth = U if level.unread else F
    deny = allow
    found: list[Met] = []
    for statement, met in level.statements:
        truth = T if statement.always else matches(statement, asked)
        if truth == F:
            continue
        found.append(met if truth == T else met._replace(truth=truth))
        if not statement.allows:
            deny = max(deny, truth)
        elif truth > allow:
            allow = truth
    return Said(allow, deny, tuple(found), NO_KINDS, level.unread)


def _joined(levels: Sequence[Said]) -> Said:
    allow, deny, unread = T, F, False
    met: list[Met] = []
    for said in levels:
        allow, deny = min(allow, said.allow), max(deny, said.deny)
        unread = unread or said.unread
        met += said.met
    return Said(allow, deny, tuple(met), NO_KINDS, unread)
