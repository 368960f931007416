"""Access levels as AWS's catalogue gives them, as sets of actions."""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import or_
from typing import Literal

from cloud_entitlements.access.index.universe import actions_like, universe
from cloud_entitlements.policy.catalogue import facts_of, services

Level = Literal["List", "Read", "Tagging", "Write", "Permissions management"]
LEVELS: tuple[Level, ...] = ("Permissions management", "Write", "Tagging", "Read", "List")
"""The gravest first."""


@lru_cache(1)
def every_action() -> int:
    return (1 << len(universe())) - 1


@lru_cache(1)
def _of_levels() -> dict[Level, int]:
    found: dict[Level, int] = dict.fromkeys(LEVELS, 0)
    for number, action in enumerate(universe()):
        facts = facts_of(action)
        if facts is not None:
            found[_level(facts.access_level)] |= 1 << number
    return found


def _level(words: str) -> Level:
    """The catalogue says `Permissions management, Write` and `Tagging, Write` of some: the first word is the graver, or the milder, but the one meant."""
    return next((one for one in LEVELS if words.startswith(one)), "Write")


def at_level(level: Level) -> int:
    return _of_levels()[level]


@lru_cache(1)
def with_resource_types() -> int:
    """Actions that a policy can narrow to resources."""
    found = 0
    for number, action in enumerate(universe()):
        facts = facts_of(action)
        found |= bool(facts and facts.resource_types) << number
    return found


def actions(*patterns: str) -> int:
    return reduce(or_, map(actions_like, patterns), 0)


@lru_cache(1)
def of_services() -> tuple[tuple[str, int], ...]:
    return tuple((service, actions_like(f"{service}:*")) for service in sorted(services()))
