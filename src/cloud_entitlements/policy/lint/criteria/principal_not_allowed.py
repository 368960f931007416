from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_WHERE = {"identity": "an identity policy", "scp": "a service control policy"}


def _find(document: Document) -> Iterator[Found]:
    where = _WHERE.get(document.kind)
    for statement in document.statements if where else ():
        if statement.principals is not None:
            yield Found(f"a principal stands in {where}", statement.principals.places[0], statement)


PRINCIPAL_NOT_ALLOWED = Criterion(
    code="principal-not-allowed",
    title="A principal in a policy that has none",
    severity="error",
    why="AWS refuses it: whom the policy is attached to is the principal.",
    fix="take the element out; to narrow who is meant, add a condition on `aws:PrincipalArn`",
    find=_find,
)
