from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import GRANTING, Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """ACT-02."""
    for statement in document.statements if document.kind in GRANTING else ():
        if statement.effect == "Allow" and statement.actions.negated:
            yield Found("allows every action but those listed", statement.actions.places[0], statement)


ALLOW_NOT_ACTION = Criterion(
    code="allow-not-action",
    title="Allow with NotAction",
    severity="warning",
    why="It allows all other actions of all services, those that AWS has yet to invent too.",
    fix="list what is needed in Action; to forbid some actions, add a Deny with Action",
    find=_find,
)
