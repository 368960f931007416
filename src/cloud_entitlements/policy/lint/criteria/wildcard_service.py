from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import has_wildcard


def _find(document: Document) -> Iterator[Found]:
    """ACT-01."""
    for statement in document.statements:
        for pattern, place in placed(statement.actions):
            service, colon, _ = pattern.partition(":")
            if colon and has_wildcard(service) and not is_everything(pattern):
                yield Found(f"`{pattern}` has a wildcard in the service", place, statement)


WILDCARD_SERVICE = Criterion(
    code="wildcard-service",
    title="A wildcard in an action's service",
    severity="error",
    why="Only `*` alone stands for all services; any other wildcard before the colon is invalid and matches nothing.",
    fix="name each service, or write `*` for all of them",
    find=_find,
)
