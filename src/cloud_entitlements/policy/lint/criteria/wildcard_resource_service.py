from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.resources import SERVICE
from cloud_entitlements.policy.pattern import has_wildcard


def _find(document: Document) -> Iterator[Found]:
    """RES-03."""
    for statement in document.statements:
        for pattern, place in placed(statement.resources) if statement.resources else ():
            segments = pattern.split(":")
            if pattern.startswith("arn:") and len(segments) > SERVICE and has_wildcard(segments[SERVICE]):
                yield Found(f"`{pattern}` has a wildcard in the service", place, statement)


WILDCARD_RESOURCE_SERVICE = Criterion(
    code="wildcard-resource-service",
    title="A wildcard in an ARN's service",
    severity="error",
    why="AWS refuses wildcards in the part of an ARN that names the service.",
    fix="write one ARN for each service, or `*` for all of them",
    find=_find,
)
