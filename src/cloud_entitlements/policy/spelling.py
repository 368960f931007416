"""Names of condition keys as people read them. Inside, keys are in lower case (REQ-04); at the edge AWS's spelling stands.

What AWS does not list, and what it leaves to the policy, like a tag's key, is told as the policy wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.keys import fixed_name, spelled
from cloud_entitlements.policy.statement import Compiled
from cloud_entitlements.policy.variables import names_in

Spelling = Callable[[str], str]


def spelling(statements: Iterable[Compiled]) -> Spelling:
    """Of a key in lower case. `statements` are asked only for what AWS does not spell."""
    held = tuple(statements)

    def of(key: str) -> str:
        return fixed_name(key) or spelled(_as_written(key, held))

    return of


def _as_written(key: str, statements: Iterable[Compiled]) -> str:
    return next((name for one in statements for name in _names(one) if name.lower() == key), key)


def _names(statement: Compiled) -> Iterator[str]:
    """Of every key that a statement asks for, in a condition or as a variable."""
    for one in statement.source.conditions:
        yield one.key
        for value in one.values:
            yield from names_in(value)
    for pattern in statement.source.resources.patterns if statement.source.resources else ():
        yield from names_in(pattern)


def told_keys(decision: Decision) -> tuple[str, ...]:
    """The keys on which a conditional answer depends."""
    if not decision.context_keys:
        return ()
    names = spelling(_statements(decision))
    return tuple(names(key) for key in decision.context_keys)


def _statements(decision: Decision) -> Iterator[Compiled]:
    for one in (decision, *decision.parts):
        yield from (met.statement for said in one.answer.layers.values() for met in said.met)
        yield from (met.statement for met in one.answer.granted.met)
