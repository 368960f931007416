"""Services by what their actions are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from cloud_entitlements.criteria.impact import EVERY, classes
from cloud_entitlements.criteria.levels import changing, every_action, of_services

_OF_AGENTS = frozenset({"ec2messages", "ssmmessages"})
"""What the agent of Systems Manager speaks: granted whole, or it does not work."""


@lru_cache(1)
def actions_of_service() -> Mapping[str, int]:
    return dict(of_services())


@lru_cache(1)
def _that_can_be_whole() -> tuple[tuple[str, int], ...]:
    """With more than one action, and one at least that changes something."""
    return tuple(
        (service, those)
        for service, those in of_services()
        if those.bit_count() > 1 and those & changing() and service not in _OF_AGENTS
    )


@lru_cache(4096)
def whole_services(actions: int) -> tuple[str, ...]:
    """Those of which every action is among these; the gravest first."""
    lacking = every_action() & ~actions
    return by_gravity(service for service, those in _that_can_be_whole() if not those & lacking)


@lru_cache(4096)
def services_in(actions: int) -> frozenset[str]:
    """Those of which an action is among these."""
    return frozenset(service for service, those in of_services() if those & actions)


def by_gravity(services: Iterable[str]) -> tuple[str, ...]:
    """By what their gravest action is worth; then by name. One that the catalogue does not know comes last."""
    return tuple(sorted(services, key=lambda one: (-_worth().get(one, 0), one)))


@lru_cache(1)
def _worth() -> Mapping[str, int]:
    """Points of the gravest action of each, on every resource."""
    every = [one for one in classes(starts=True) if one.reach == EVERY]
    return {
        service: next(one.points for one in every if one.actions & those) for service, those in of_services()
    }
