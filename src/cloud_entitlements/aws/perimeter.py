"""Which control policies above an account could stop a call: named as suspects, read from the organization itself.

A suspect is a Deny statement whose actions cover the call, attached to the account or above it; its condition is
not evaluated here, so it is a probable cause and no proof. Each comes with its condition as it would be with an
exception: added by hand, a second operator of the same name would replace the first. Imports nothing of ours.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Excepted:
    """Whom a Deny shall leave alone, as a condition: operator, key, value."""

    operator: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Suspect:
    policy_id: str
    words: str
    """`` `Name` (p-123, `Sid`, on ou-…) ``."""
    condition: str
    """The statement's `"Condition": {…}` with the exception in it."""


def suspects(
    policies: Iterable[ControlPolicy],
    kind: str,
    path: Iterable[str],
    actions: Iterable[str],
    excepted: Excepted,
) -> tuple[Suspect, ...]:
    """`path` is the account's id and the ids of all that is above it."""
    above, asked = set(path), tuple(action.lower() for action in actions)
    return tuple(
        Suspect(
            policy.id,
            f"`{policy.name}` ({policy.id}, {named}, on {', '.join(sorted(policy.targets & above))})",
            with_exception(statement.get("Condition"), excepted),
        )
        for policy in policies
        if policy.type == kind and policy.targets & above
        for named, statement in _denying(policy.document, asked)
    )


_NAMED = re.compile(r"arn:[\w-]+:organizations::\d{12}:policy/o-\w+/\w+/(p-\w+)")


def named_by_aws(found: Sequence[Suspect], message: str) -> tuple[Suspect, ...]:
    """Those of the policy whose ARN stands in AWS's message; all when it names none of them.

    AWS names the denying policy to callers of the same organization:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    named = set(_NAMED.findall(message))
    return tuple(one for one in found if one.policy_id in named) or tuple(found)


def with_exception(condition: Any, excepted: Excepted) -> str:
    """`"Condition": {…}`, JSON: a value more for a key that is there already, else the key more."""
    kept = {operator: dict(keys) for operator, keys in condition.items()} if _is_condition(condition) else {}
    keys = kept.setdefault(_same(kept, excepted.operator), {})
    key = _same(keys, excepted.key)
    values = [*_listed(keys.get(key, [])), excepted.value]
    keys[key] = values if len(values) > 1 else values[0]
    return f'"Condition": {json.dumps(kept)}'


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(keys, dict) for keys in value.values())


def _same(names: Iterable[str], wanted: str) -> str:
    """The name as it is written already: operators and keys do not depend on case."""
    return next((name for name in names if name.lower() == wanted.lower()), wanted)


def _denying(document: str, actions: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, statement in enumerate(_statements(document)):
        if statement.get("Effect") == "Deny" and any(_covers(statement, action) for action in actions):
            place = f"Statement[{number}]"
            yield f"`{statement.get('Sid') or place}`", statement


def _statements(document: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(document).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    return [statement for statement in _listed(found) if isinstance(statement, dict)]


def _covers(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _any(statement["NotAction"], action)
    return _any(statement.get("Action", []), action)


def _any(patterns: Any, action: str) -> bool:
    # brackets mean nothing in a policy, and a class in fnmatch
    return any(fnmatch.fnmatchcase(action, str(one).lower().replace("[", "[[]")) for one in _listed(patterns))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
