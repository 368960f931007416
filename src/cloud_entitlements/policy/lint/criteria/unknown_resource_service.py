from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import services
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.near import meant_perhaps
from cloud_entitlements.policy.lint.resources import SERVICE, known_services
from cloud_entitlements.policy.pattern import has_wildcard


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, place in placed(statement.resources) if statement.resources else ():
            segments = pattern.split(":")
            if len(segments) <= SERVICE or segments[0] != "arn" or not _is_unknown(segments[SERVICE]):
                continue
            fix = meant_perhaps(segments[SERVICE], known_services())
            yield Found(f"AWS lists no resources of a service `{segments[SERVICE]}`", place, statement, fix)


def _is_unknown(service: str) -> bool:
    if has_wildcard(service) or "${" in service or service in services():
        return False
    return service not in known_services()


UNKNOWN_RESOURCE_SERVICE = Criterion(
    code="unknown-resource-service",
    title="An ARN of a service that AWS's reference does not list",
    severity="warning",
    why="A mistyped ARN matches nothing.",
    fix="compare it with the resource types in AWS's service authorization reference",
    find=_find,
)
