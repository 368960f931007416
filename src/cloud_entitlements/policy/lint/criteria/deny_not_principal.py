from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """PRN-04, PRN-05."""
    for statement in document.statements if document.kind == "resource" else ():
        if statement.effect == "Deny" and statement.principals is not None and statement.principals.negated:
            text = "spares nobody who has a permissions boundary, and sessions only with their role and account listed"
            yield Found(text, statement.principals.places[0], statement)


DENY_NOT_PRINCIPAL = Criterion(
    code="deny-not-principal",
    title="Deny with NotPrincipal",
    severity="warning",
    why="It always denies principals with a permissions boundary, whatever is listed, and is easy to get wrong for roles.",
    fix='write `"Principal": "*"` and except with `ArnNotEquals` on `aws:PrincipalArn`',
    find=_find,
)
