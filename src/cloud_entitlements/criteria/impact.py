"""Impact, A to E: how much damage an identity could do. docs/explanation/impact-and-scores.md has the formula and examples.

An action has *points*: the weight of its access level x its attack value x its reach. The identity's letter is that of its
action with the most. What could be done counts, not what is: conditions don't lower it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cloud_entitlements.access.index.actions import allowed_always
from cloud_entitlements.access.index.universe import names
from cloud_entitlements.criteria.attack_values import ATTACK_VALUES
from cloud_entitlements.criteria.levels import LEVELS, Level, actions, at_level, every_action
from cloud_entitlements.criteria.subject import Reach, Subject
from cloud_entitlements.policy.catalogue import facts_of

Letter = Literal["A", "B", "C", "D", "E"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E")
WEIGHTS: dict[Level, int] = {"List": 1, "Read": 2, "Tagging": 2, "Write": 4, "Permissions management": 5}
SOME, EVERY = 1, 2
"""Reach: on some resources; on every resource of a type."""
LEAST: dict[Letter, int] = {"E": 40, "D": 16, "C": 8, "B": 4, "A": 0}
"""The points from which a letter is given."""
_TOLD = 3


@dataclass(frozen=True, slots=True)
class Reason:
    action: str
    points: int
    level: Level
    attack_value: int
    what: str
    """What it is worth to an attacker; empty: ordinary."""
    reach: int
    resources: str
    """`all roles`, `some objects`."""

    @property
    def text(self) -> str:
        return f"{self.action} on {self.resources}"


@dataclass(frozen=True, slots=True)
class Impact:
    letter: Letter
    points: int
    reasons: tuple[Reason, ...]
    """The gravest first, a few."""
    more: int = 0
    """Further actions with as many points as the gravest."""
    least: bool = False
    """Some of its policies were not read: it may be more."""

    @property
    def text(self) -> str:
        """`E because: iam:PutRolePolicy on all roles`."""
        if not self.reasons:
            because = "what was read gives nothing" if self.least else "it may do nothing"
            return f"{self.letter} because: {because}"
        listed = ", ".join(one.text for one in self.reasons)
        return f"{self.letter} because: {listed}" + (f" and {self.more} more" if self.more else "")


def impact_of(subject: Subject) -> Impact:
    return _impact(subject.reach, least=bool(subject.unread))


@lru_cache(65_536)
def _impact(reach: Reach, *, least: bool) -> Impact:
    """Equal sets of policies come to the same."""
    for one in classes():
        found = one.actions & one.of(reach)
        if found:
            reasons = tuple(one.reason(name) for name in _first(found, _TOLD))
            return Impact(_letter(one.points), one.points, reasons, found.bit_count() - len(reasons), least)
    return Impact("A", 0, (), least=least)


@dataclass(frozen=True, slots=True)
class Class:
    """Actions of the same level, attack value and reach."""

    points: int
    level: Level
    attack_value: int
    what: str
    reach: int
    actions: int

    def of(self, reach: Reach) -> int:
        """The actions that are held so far."""
        return reach.broad if self.reach == EVERY else reach.possible & ~reach.broad

    def reason(self, action: str) -> Reason:
        resources = _resources(action, self.reach)
        return Reason(action, self.points, self.level, self.attack_value, self.what, self.reach, resources)


@lru_cache(1)
def classes() -> tuple[Class, ...]:
    """Each action stands in two: on every resource, and on some. The most points first."""
    found = [
        Class(WEIGHTS[level] * value * reach, level, value, what, reach, those & at_level(level))
        for value, what, those in _worth()
        for level in LEVELS
        for reach in (EVERY, SOME)
        if those & at_level(level)
    ]
    return tuple(sorted(found, key=lambda one: (-one.points, -one.attack_value, -one.reach)))


def _worth() -> Iterator[tuple[int, str, int]]:
    # what every identity may do, whatever its policies say, is nobody's impact
    left = every_action() & ~(allowed_always("user") | allowed_always("role"))
    for one in ATTACK_VALUES:
        those = actions(*one.actions) & left
        left &= ~those
        yield one.value, one.what, those
    yield 1, "", left


def points_of(action: str, reach: int) -> int:
    """Of an action as AWS spells it, `iam:PassRole`."""
    mask = actions(action)
    return next((one.points for one in classes() if one.reach == reach and one.actions & mask), 0)


def _letter(points: int) -> Letter:
    return next(letter for letter, least in LEAST.items() if points >= least)


def _first(found: int, most: int) -> Iterator[str]:
    """By name, the services that matter most first."""
    listed = names(found)
    for _ in range(most):
        one = next(listed, None)
        if one is None:
            return
        yield one


def _resources(action: str, reach: int) -> str:
    facts = facts_of(action)
    if facts is None or not facts.resource_types:
        return "everything"
    kind = facts.resource_types[0]
    return f"{'all' if reach == EVERY else 'some'} {kind}{'' if kind.endswith('s') else 's'}"
