"""What a field of the question may be completed to, from the snapshot and from AWS's catalogue of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy.catalogue import actions_of, services

MOST = 12
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    name: str
    more: str


def principals(snapshot: Snapshot, written: str) -> list[Option]:
    found = [
        Option(row["arn"], row["name"], f"{kind} in {row['account_id']}")
        for table, kind in (("users", "user"), ("roles", "role"))
        for row in snapshot.matching(table, "arn", _words(written), MOST)
    ]
    return _nearest(found, written)


def resources(snapshot: Snapshot, written: str) -> list[Option]:
    """Roles, and what has a policy in the snapshot."""
    words = _words(written)
    found = [
        Option(row["arn"], row["arn"].split(":", 5)[-1], "has a policy")
        for row in snapshot.matching("resource_policies", "arn", words, MOST)
    ]
    found += [
        Option(row["arn"], row["name"], f"role in {row['account_id']}")
        for row in snapshot.matching("roles", "arn", words, MOST)
    ]
    return _nearest(found, written)


def actions(_snapshot: Snapshot, written: str) -> list[Option]:
    words = _words(written)
    found = (
        Option(name, name.partition(":")[2], name.partition(":")[0])
        for name in _every_action()
        if all(word in name.lower() for word in words)
    )
    return _nearest(found, written)


SUGGESTIONS: Mapping[str, Callable[[Snapshot, str], list[Option]]] = {
    "principal": principals,
    "action": actions,
    "resource": resources,
}


def _words(written: str) -> list[str]:
    return written[:_LONGEST].lower().split()


def _nearest(found: Iterable[Option], written: str) -> list[Option]:
    """What begins as it was written comes first, then the short ones."""
    start = written.lower().strip()

    def rank(one: Option) -> tuple[bool, bool, int, str]:
        begins = one.value.lower().startswith(start) or one.name.lower().startswith(start)
        return one.name.lower() != start, not begins, len(one.value), one.value

    return sorted(found, key=rank)[:MOST]


@lru_cache(1)
def _every_action() -> tuple[str, ...]:
    return tuple(name for service in services() for name in actions_of(service).values())
