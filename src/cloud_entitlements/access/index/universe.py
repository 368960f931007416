"""Sets of actions as integers: a bit is an action of the catalogue, in sorted order.

So whatever a prefix begins with is one run of bits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import lru_cache, reduce
from operator import or_

from cloud_entitlements.access.index.keys import literal
from cloud_entitlements.policy.catalogue import actions_of, services
from cloud_entitlements.policy.pattern import action_pattern
from cloud_entitlements.policy.rcp import rcp_services


@lru_cache(1)
def universe() -> tuple[str, ...]:
    """All actions of the catalogue, in lower case, sorted: bit by bit."""
    return tuple(sorted(f"{service}:{name}" for service in services() for name in actions_of(service)))


def names(actions: int) -> Iterator[str]:
    """As AWS spells them."""
    for number, action in enumerate(universe()):
        if actions >> number & 1:
            service, _, name = action.partition(":")
            yield actions_of(service)[name]


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
