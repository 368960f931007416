"""Which control policies above an account could stop a call: named as suspects, read from the organization itself.

A suspect is a Deny statement whose actions cover the call, attached to the account or above it; its condition is
not evaluated here, so it is a probable cause and no proof. Imports nothing of ours.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


@dataclass(frozen=True, slots=True)
class ControlPolicy:
    id: str
    type: str
    name: str
    document: str
    """JSON, as AWS gave it."""
    targets: frozenset[str]


def suspects(
    policies: Iterable[ControlPolicy], kind: str, path: Iterable[str], actions: Iterable[str]
) -> tuple[str, ...]:
    """In words: "`Name` (p-123, statement `Sid`, on `ou-…`)". `path` is the account's id and all above it."""
    above, asked = set(path), tuple(action.lower() for action in actions)
    return tuple(
        f"`{policy.name}` ({policy.id}, statement {sid}, on {', '.join(sorted(policy.targets & above))})"
        for policy in policies
        if policy.type == kind and policy.targets & above
        for sid in _denying(policy.document, asked)
    )


def _denying(document: str, actions: tuple[str, ...]) -> Iterator[str]:
    for number, statement in enumerate(_statements(document), start=1):
        if statement.get("Effect") == "Deny" and any(_covers(statement, action) for action in actions):
            sid = statement.get("Sid")
            yield f"`{sid}`" if sid else str(number)


def _statements(document: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(document).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    listed = found if isinstance(found, list) else [found]
    return [statement for statement in listed if isinstance(statement, dict)]


def _covers(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _any(statement["NotAction"], action)
    return _any(statement.get("Action", []), action)


def _any(patterns: Any, action: str) -> bool:
    listed = patterns if isinstance(patterns, list) else [patterns]
    # brackets mean nothing in a policy, and a class in fnmatch
    return any(fnmatch.fnmatchcase(action, str(one).lower().replace("[", "[[]")) for one in listed)
