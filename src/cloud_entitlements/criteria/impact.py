"""Impact, A to E: how much damage an identity could do. docs/explanation/impact-and-scores.md has the formula and examples.

An action has *points*: the weight of its access level x its attack value x its reach. The identity's letter is that of its
action with the most. What could be done counts, not what is: conditions don't lower it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cloud_entitlements.access.index.actions import allowed_always
from cloud_entitlements.access.index.universe import names
from cloud_entitlements.criteria.attack_values import (
    ATTACK_VALUES,
    GIVES_PERMISSIONS,
    GIVES_PERMISSIONS_EVERYWHERE,
    AttackValue,
)
from cloud_entitlements.criteria.levels import LEVELS, Level, actions, at_level, every_action
from cloud_entitlements.criteria.passed_roles import starter_of
from cloud_entitlements.criteria.subject import Reach, Subject
from cloud_entitlements.policy.catalogue import facts_of

Letter = Literal["A", "B", "C", "D", "E"]
LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D", "E")
WEIGHTS: dict[Level, int] = {"List": 1, "Read": 2, "Tagging": 2, "Write": 4, "Permissions management": 5}
SOME, EVERY = 1, 2
"""Reach: on some resources; on every resource of a type."""
LEAST: dict[Letter, int] = {"E": 40, "D": 16, "C": 8, "B": 4, "A": 0}
"""The points from which a letter is given."""
STARTS_AS_ANY_ROLE = AttackValue(
    GIVES_PERMISSIONS.value, "starts code as any role, and so gives its permissions", ("iam:PassRole",)
)
"""Where an action that starts code as the role that is passed comes with it."""
ORDINARY = AttackValue(1, "", ("*",))
_TOLD = 3
_WHERE = ", if its account administers Identity Center or the organization"


@dataclass(frozen=True, slots=True)
class Reason:
    action: str
    points: int
    level: Level
    attack_value: float
    what: str
    """What it is worth to an attacker; empty: ordinary."""
    reach: int
    resources: str
    """`all roles`, `some objects`."""
    starter: str = ""
    """Of `iam:PassRole`: the action that starts code as the role."""

    @property
    def text(self) -> str:
        starting = f" ({self.starter} starts code as any of them)" if self.starter else ""
        return f"{self.action} on {self.resources}{starting}"


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
        more = f" and {self.more} more" if self.more else ""
        everywhere = all(one.what == GIVES_PERMISSIONS_EVERYWHERE.what for one in self.reasons)
        return f"{self.letter} because: {listed}{more}{_WHERE if everywhere else ''}"


def impact_of(subject: Subject) -> Impact:
    return impact_of_reach(subject.reach, least=bool(subject.unread))


@lru_cache(65_536)
def impact_of_reach(reach: Reach, *, least: bool = False) -> Impact:
    """Equal sets of policies come to the same."""
    starter = starter_of(reach)
    held = ((one, found) for one in classes(starts=bool(starter)) if (found := one.held(reach)))
    _, gravest = next(itertools.groupby(held, lambda one: one[0].points), (0, iter(())))
    listed = list(gravest)
    reasons = tuple(
        itertools.islice((one.reason(name, starter) for one, found in listed for name in names(found)), _TOLD)
    )
    points = listed[0][0].points if listed else 0
    more = sum(found.bit_count() for _, found in listed) - len(reasons)
    return Impact(_letter(points), points, reasons, more, least)


@dataclass(frozen=True, slots=True)
class Class:
    """Actions of the same level, attack value and reach."""

    points: int
    level: Level
    attack: AttackValue
    reach: int
    actions: int

    def held(self, reach: Reach) -> int:
        """Its actions that are held so far. One's own credentials are ordinary."""
        if self.reach == EVERY:
            return self.actions & reach.broad
        if self.attack is ORDINARY:
            return (
                (self.actions | reach.own_credentials & at_level(self.level)) & reach.possible & ~reach.broad
            )
        return self.actions & reach.possible & ~reach.broad & ~reach.own_credentials

    def reason(self, action: str, starter: str = "") -> Reason:
        starting = starter if self.attack is STARTS_AS_ANY_ROLE else ""
        resources = _resources(action, self.reach)
        value, what = self.attack.value, self.attack.what
        return Reason(action, self.points, self.level, value, what, self.reach, resources, starting)


@lru_cache(2)
def classes(*, starts: bool) -> tuple[Class, ...]:
    """Each action stands in two: on every resource, and on some. The most points first.

    `starts`: there is an action that starts code as whatever role is passed.
    """
    found = [
        Class(int(WEIGHTS[level] * attack.value * reach), level, attack, reach, those & at_level(level))
        for reach in (EVERY, SOME)
        for attack, those in _worth(starts=starts and reach == EVERY)
        for level in LEVELS
        if those & at_level(level)
    ]
    return tuple(sorted(found, key=lambda one: (-one.points, -one.attack.value, -one.reach)))


def _worth(*, starts: bool) -> Iterator[tuple[AttackValue, int]]:
    """An action counts by the first list that it stands in."""
    # what every identity may do, whatever its policies say, is nobody's impact
    left = every_action() & ~(allowed_always("user") | allowed_always("role"))
    for one in ((STARTS_AS_ANY_ROLE,) if starts else ()) + (*ATTACK_VALUES, ORDINARY):
        those = actions(*one.actions) & left
        left &= ~those
        yield one, those


def points_of(action: str, reach: int, *, starts: bool = False) -> int:
    """Of an action as AWS spells it, `iam:PassRole`."""
    mask = actions(action)
    return next(
        (one.points for one in classes(starts=starts) if one.reach == reach and one.actions & mask), 0
    )


def _letter(points: int) -> Letter:
    return next(letter for letter, least in LEAST.items() if points >= least)


def _resources(action: str, reach: int) -> str:
    facts = facts_of(action)
    if facts is None or not facts.resource_types:
        return "everything"
    return f"{'all' if reach == EVERY else 'some'} {_plural(_meant(action, facts.resource_types))}"


def _meant(action: str, kinds: tuple[str, ...]) -> str:
    """Of the types that it takes, the one that its name says: of `s3:PutObjectAcl` the object."""
    name = action.lower()
    said = [one for one in kinds if one.replace("-", "").lower() in name]
    return max(said, key=len, default=kinds[0])


def _plural(kind: str) -> str:
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    if kind.endswith("as"):
        return f"{kind}es"
    return kind if kind.endswith("s") else f"{kind}s"
