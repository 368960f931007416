"""Access levels as AWS's catalogue gives them, as sets of actions."""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import islice
from operator import or_
from typing import Literal

from cloud_entitlements.access.index.universe import actions_like, names, universe
from cloud_entitlements.policy.catalogue import ActionFacts, facts_of, services

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
            found[_level(facts)] |= 1 << number
    return found


def _level(facts: ActionFacts) -> Level:
    """The catalogue says `Permissions management, Write` and `Tagging, Write` of some: the first word is the graver, or the milder, but the one meant."""
    name, words = facts.name.partition(":")[2], facts.access_level
    found: Level = next((one for one in LEVELS if words.startswith(one)), "Write")
    # It calls some lists and descriptions changes, such as `billing:GetResourcePolicy`. What is named Get and called Write
    # stays so: most of those hand out credentials.
    if found not in ("Read", "List"):
        if name.startswith("List"):
            return "List"
        if name.startswith("Describe") or (found != "Write" and name.startswith(("Get", "BatchGet"))):
            return "Read"
    return found


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


@lru_cache(1)
def changing() -> int:
    """Actions that do more than look."""
    return at_level("Permissions management") | at_level("Write") | at_level("Tagging")


def gravest(actions: int, most: int) -> list[str]:
    """As AWS spells them: by level, then by name."""
    return list(islice((name for level in LEVELS for name in names(actions & at_level(level))), most))


def counted(actions: int) -> str:
    """`2 that manage permissions, 31 that write, 4 that read`."""
    counts = [((actions & at_level(level)).bit_count(), _DOING[level]) for level in LEVELS]
    return ", ".join(f"{count} that {doing}" for count, doing in counts if count)


_DOING: dict[Level, str] = {
    "Permissions management": "manage permissions",
    "Write": "write",
    "Tagging": "tag",
    "Read": "read",
    "List": "list",
}


def actions(*patterns: str) -> int:
    return reduce(or_, map(actions_like, patterns), 0)


@lru_cache(1)
def of_services() -> tuple[tuple[str, int], ...]:
    return tuple((service, actions_like(f"{service}:*")) for service in sorted(services()))
