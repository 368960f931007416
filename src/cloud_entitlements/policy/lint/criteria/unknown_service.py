from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import services
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.near import meant_perhaps
from cloud_entitlements.policy.pattern import has_wildcard


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, place in placed(statement.actions):
            service, colon, _ = pattern.lower().partition(":")
            if colon and service and not has_wildcard(service) and service not in services():
                fix = meant_perhaps(service, services())
                yield Found(f"AWS lists no service `{service}`", place, statement, fix)


UNKNOWN_SERVICE = Criterion(
    code="unknown-service",
    title="A service that AWS's reference does not list",
    severity="warning",
    why="A mistyped service matches nothing: the Allow gives nothing, the Deny protects nothing.",
    fix="look the prefix up in AWS's service authorization reference; one that was retired can go",
    find=_find,
)
