from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.actions import meant
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.resources import supports, widest


def _find(document: Document) -> Iterator[Found]:
    """REQ-02."""
    for statement in document.statements:
        actions = meant(statement.actions)
        if not actions.known or statement.resources is None or statement.resources.negated:
            continue
        for pattern, place in placed(statement.resources):
            resource = widest(pattern)
            if resource.startswith("arn:") and not any(supports(one, resource) for one in actions.names):
                yield Found(f"none of the statement's actions is asked about `{pattern}`", place, statement)


RESOURCE_WITHOUT_ACTION = Criterion(
    code="resource-without-action",
    title="A resource that none of the actions supports",
    severity="warning",
    why="An action is asked about resources of its own types only: this line never matters.",
    fix="compare the ARN with the resource types of the actions: `bucket` and `bucket/*`, for instance, are different ones",
    find=_find,
)
