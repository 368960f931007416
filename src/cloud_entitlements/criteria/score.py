"""Entitlement score, 0 to 100: how much of what is dangerous is granted and not used. 0: nothing to take away.

docs/explanation/impact-and-scores.md has the formula and worked examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import cbrt

from cloud_entitlements.access.index.universe import actions_like
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.impact import EVERY, LEAST, classes
from cloud_entitlements.criteria.passed_roles import pass_role, starter_of
from cloud_entitlements.criteria.subject import Reach, Row, Subject

DANGEROUS = LEAST["C"]
"""Points of an action from which it counts."""


@dataclass(frozen=True, slots=True)
class Score:
    value: int
    dangerous: int
    """Actions granted that count."""
    unused: int
    """Those of them that were not used in the window, as far as AWS can tell."""
    since: datetime
    """Where the window begins."""


def score_of(subject: Subject, now: datetime, window: timedelta) -> Score | None:
    """None: AWS was not asked yet when its services were used last."""
    if subject.last_accessed is None:
        return None
    since = now - window
    used = used_actions(subject.last_accessed, since)
    granted = _weighed(subject.reach, ~0)
    unused = _weighed(subject.reach, ~used)
    value = round(100 * cbrt(unused.cubes / _most()))
    return Score(min(value, 100), granted.count, unused.count, since)


def used_actions(accessed: Row, since: datetime) -> int:
    """As AWS tells it: action by action where it tracks the action, else all that a used service has.

    It never tells whether a role was passed: that is not called unused.
    """
    used = 0
    for one in accessed["services"] or ():
        if _is_since(one["at"], since):
            used |= actions_like(f"{one['service']}:*")
    for name in accessed["tracked_actions"] or ():
        used &= ~actions_like(name)
    for one in accessed["actions"] or ():
        if _is_since(one["at"], since):
            used |= actions_like(one["action"])
    return used | pass_role()


def _is_since(at: str | None, since: datetime) -> bool:
    moment = when(at)
    return moment is not None and moment >= since


@dataclass(frozen=True, slots=True)
class _Weighed:
    cubes: int
    """Of the points of each action, added: so a grave one is not lost among many ordinary ones."""
    count: int


def _weighed(reach: Reach, among: int) -> _Weighed:
    cubes = count = 0
    for one in classes(starts=bool(starter_of(reach))):
        if one.points < DANGEROUS:
            break
        found = (one.held(reach) & among).bit_count()
        cubes, count = cubes + one.points**3 * found, count + found
    return _Weighed(cubes, count)


@lru_cache(1)
def _most() -> int:
    """Of everything dangerous, on every resource."""
    return sum(
        one.points**3 * one.actions.bit_count()
        for one in classes(starts=True)
        if one.reach == EVERY and one.points >= DANGEROUS
    )


UsedAt = Mapping[str, datetime | None]
"""When each service was used last; None: not in the 400 days that AWS looks back."""


def services_used(accessed: Row) -> UsedAt:
    found: dict[str, datetime | None] = dict.fromkeys(accessed["tracked"] or ())
    found |= {one["service"]: when(one["at"]) for one in accessed["services"] or ()}
    return found
