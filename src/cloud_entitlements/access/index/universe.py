"""Sets of actions as integers: a bit is an action of the catalogue, in sorted order.

So whatever a prefix begins with is one run of bits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import groupby
from operator import or_

from cloud_entitlements.access.index.keys import literal
from cloud_entitlements.policy.catalogue import actions_of, services
from cloud_entitlements.policy.pattern import action_pattern
from cloud_entitlements.policy.rcp import rcp_services


@lru_cache(1)
def universe() -> tuple[str, ...]:
    """All actions of the catalogue, in lower case, sorted: bit by bit."""
    return tuple(sorted(f"{service}:{name}" for service in services() for name in actions_of(service)))


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    first: int
    """Number of its first bit; the others follow."""
    actions: tuple[str, ...]
    """As AWS spells them."""


@lru_cache(1)
def _services() -> tuple[_Service, ...]:
    found = []
    for service, numbered in groupby(enumerate(universe()), lambda one: one[1].partition(":")[0]):
        listed = list(numbered)
        spelled = tuple(actions_of(service)[action.partition(":")[2]] for _, action in listed)
        found.append(_Service(service, listed[0][0], spelled))
    return tuple(found)


def names(actions: int) -> Iterator[str]:
    """As AWS spells them."""
    for _, found in by_service(actions):
        yield from found


def by_service(actions: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Services of which there is one, each with its actions as AWS spells them."""
    for one in _services() if actions else ():
        # a few bits at a time: to look at each in a number of 22,000 takes long
        some = actions >> one.first & ((1 << len(one.actions)) - 1)
        if some:
            yield one.name, tuple(name for number, name in enumerate(one.actions) if some >> number & 1)


def told(actions: int) -> dict[str, list[str]]:
    """The same for people: `s3:*` where it is every action of a service that the catalogue has, `*` where it is all."""
    if actions == all_actions():
        return {"*": ["*"]}
    found = by_service(actions)
    return {
        service: [f"{service}:*"] if len(some) == len(actions_of(service)) > 1 else list(some)
        for service, some in found
    }


def action_set(actions: int | Iterable[str]) -> int:
    """Of names or patterns of actions, in any case; a set stays as it is. What the catalogue does not know is in none."""
    return actions if isinstance(actions, int) else reduce(or_, map(actions_like, actions), 0)


@lru_cache(1)
def all_actions() -> int:
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
def actions_of_element(patterns: tuple[str, ...], negated: bool) -> int:
    """`Action`, or `NotAction`."""
    found = reduce(or_, map(actions_like, patterns), 0)
    return all_actions() & ~found if negated else found


@lru_cache(1)
def under_rcp() -> int:
    """Actions of the services that resource control policies reach (RCP-04)."""
    return reduce(or_, (actions_like(f"{service}:*") for service in rcp_services()), 0)
