"""Which types of resources a pattern covers whole: sets of types as integers.

A bit is an ARN as the catalogue gives it for a type of resource; bit 0 is no resource at all, what actions without types
are asked about. A pattern covers a type when it matches every resource of it in its own account, in every Region.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from cloud_entitlements.access.index.keys import literal
from cloud_entitlements.access.index.universe import actions_like, all_actions, universe
from cloud_entitlements.policy.catalogue import facts_of, stand_in
from cloud_entitlements.policy.lint.resources import template
from cloud_entitlements.policy.pattern import SEGMENTS, matches_everything, resource_pattern

ANYWHERE = ""
"""In place of an account: whichever it is."""
_PARTITION, _SERVICE, _ACCOUNT = 1, 2, 4
_NOBODY_WRITES = "\ue002"
_LENGTHS = (1, 40)
"""Of made-up names: a `?` stands for one character, and never for both."""
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class _Kinds:
    of_service: Mapping[str, tuple[tuple[int, str], ...]]
    """By the service segment of an ARN: a type's bit, and its ARN with `*` for what varies."""
    actions: tuple[int, ...]
    """By the number of a bit: the actions that take the type."""


@lru_cache(1)
def _kinds() -> _Kinds:
    taking: dict[str, int] = defaultdict(int, {"": 0})
    for number, action in enumerate(universe()):
        for arn in _arns(action):
            taking[arn] |= 1 << number
    by_service: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, arn in enumerate(taking):
        if arn:
            by_service[arn.split(":")[_SERVICE]].append((1 << number, arn))
    found = {service: tuple(listed) for service, listed in by_service.items()}
    return _Kinds(found, tuple(taking.values()))


def _arns(action: str) -> tuple[str, ...]:
    facts = facts_of(action)
    if facts is not None and facts.resource_types:
        return tuple(template(action.partition(":")[0], kind) for kind in facts.resource_types)
    made = stand_in(action)
    return ("" if made is None else made.format(partition="*", region="*", account="*"),)


def all_kinds() -> int:
    return (1 << len(_kinds().actions)) - 1


@lru_cache(65_536)
def covered(pattern: str, partition: str) -> tuple[str, int]:
    """The account in which it does so, or ANYWHERE; and the types. A variable stands for one name, so it covers none."""
    if matches_everything(pattern):
        return ANYWHERE, all_kinds()
    segments = pattern.split(":", SEGMENTS - 1)
    if len(segments) <= _SERVICE or "${" in pattern:
        return ANYWHERE, 0
    account = segments[_ACCOUNT] if len(segments) == SEGMENTS and segments[_ACCOUNT].isdigit() else ANYWHERE
    beginning = literal(segments[-1]) if len(segments) == SEGMENTS else ""
    found = 0
    for bit, arn in _kinds().of_service.get(segments[_SERVICE], ()):
        # what stands literally in the pattern stands in the ARN: most patterns name something, and end here
        if beginning in arn and _covers(pattern, arn, partition, account):
            found |= bit
    return account, found


def _covers(pattern: str, arn: str, partition: str, account: str) -> bool:
    matches = resource_pattern(pattern)
    return all(matches(_example(arn, partition, account, length)) for length in _LENGTHS)


def _example(arn: str, partition: str, account: str, length: int) -> str:
    segments = arn.split(":", SEGMENTS - 1)
    segments[_PARTITION] = partition
    if segments[_ACCOUNT] == "*":
        segments[_ACCOUNT] = account or _NOBODY_WRITES * _DIGITS
    return ":".join(segments).replace("*", _NOBODY_WRITES * length)


@lru_cache(4096)
def actions_on_any(kinds: int) -> int:
    """Actions that take one of the types."""
    found = 0
    for number, actions in enumerate(_kinds().actions):
        if kinds >> number & 1:
            found |= actions
    return found


@lru_cache(4096)
def actions_on_no_other(kinds: int) -> int:
    """Actions that take none but these types."""
    return all_actions() & ~actions_on_any(all_kinds() & ~kinds)


def perhaps_about(patterns: Iterable[str]) -> int:
    """Actions without types that may be asked about an ARN that a pattern matches, and that AWS does not list (REQ-03)."""
    services = {"".join(one.split(":")[_SERVICE : _SERVICE + 1]) for one in patterns}
    found = reduce(or_, (actions_like(f"{one}:*") if one else all_actions() for one in services), 0)
    return found & _kinds().actions[0]
