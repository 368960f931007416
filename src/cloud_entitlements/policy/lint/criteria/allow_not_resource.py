from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import GRANTING, Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """RES-04."""
    for statement in document.statements if document.kind in GRANTING else ():
        if statement.effect == "Allow" and statement.resources is not None and statement.resources.negated:
            yield Found("allows every resource but those listed", statement.resources.places[0], statement)


ALLOW_NOT_RESOURCE = Criterion(
    code="allow-not-resource",
    title="Allow with NotResource",
    severity="warning",
    why="It allows the actions on everything else, what is made later too.",
    fix="list what is needed in Resource; to except some resources, add a Deny with Resource",
    find=_find,
)
