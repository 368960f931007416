from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """PRN-04."""
    for statement in document.statements if document.kind == "trust" else ():
        if statement.principals is not None and statement.principals.negated:
            yield Found("NotPrincipal stands in a trust policy", statement.principals.places[0], statement)


NOT_PRINCIPAL_REFUSED = Criterion(
    code="not-principal-refused",
    title="NotPrincipal in a trust policy",
    severity="error",
    why="AWS does not permit it there.",
    fix="list those who may assume the role in Principal",
    find=_find,
)
