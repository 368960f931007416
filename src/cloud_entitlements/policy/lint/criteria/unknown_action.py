from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import actions_of, known_action, services
from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.near import nearest
from cloud_entitlements.policy.pattern import has_wildcard

_UNLISTED = frozenset({"sns:receive"})
"""Stands in every topic's default policy."""


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, place in placed(statement.actions):
            service, _, name = pattern.lower().partition(":")
            if service in services() and _is_unknown(pattern.lower(), name):
                yield Found(
                    f"AWS lists no action `{pattern}`{_then(statement)}",
                    place,
                    statement,
                    _fix(service, name),
                )


def _is_unknown(action: str, name: str) -> bool:
    return bool(name) and not has_wildcard(name) and known_action(action) is None and action not in _UNLISTED


def _then(statement: Statement) -> str:
    """ACT-02."""
    return ", so it is excepted from nothing" if statement.actions.negated else ""


def _fix(service: str, name: str) -> str:
    names = (spelled.partition(":")[2] for spelled in actions_of(service).values())
    found = nearest(name, names)
    return f"did you mean {' or '.join(f'`{service}:{one}`' for one in found)}?" if found else ""


UNKNOWN_ACTION = Criterion(
    code="unknown-action",
    title="An action that AWS's reference does not list",
    severity="warning",
    why="A mistyped action matches nothing; in an Allow with NotAction it excepts nothing, which leaves everything allowed.",
    fix="look it up in AWS's service authorization reference; one that was retired can go",
    find=_find,
)
