from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """PRN-04."""
    for statement in document.statements:
        if statement.effect == "Allow" and statement.principals is not None and statement.principals.negated:
            yield Found("allows everybody but those listed", statement.principals.places[0], statement)


ALLOW_NOT_PRINCIPAL = Criterion(
    code="allow-not-principal",
    title="Allow with NotPrincipal",
    severity="error",
    why="It allows everybody else, anonymous callers included; AWS no longer accepts it.",
    fix="list those who are meant in Principal",
    find=_find,
)
