from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements if document.kind in ("resource", "trust", "rcp") else ():
        if statement.principals is None:
            yield Found("the statement has no Principal", statement.place, statement)


MISSING_PRINCIPAL = Criterion(
    code="missing-principal",
    title="No principal where one is needed",
    severity="error",
    why="AWS refuses it: a policy on a resource says whom it means.",
    fix='add Principal; in a resource control policy it is always `"*"`',
    find=_find,
)
