from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import PrincipalElement
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """Kind ANY of section 3."""
    for statement in document.statements if document.kind in ("resource", "trust") else ():
        element = statement.principals
        if statement.effect == "Allow" and not statement.conditions and element and _is_everybody(element):
            yield Found("allows everybody, without a condition", element.places[0], statement)


def _is_everybody(element: PrincipalElement) -> bool:
    return not element.negated and any(
        value == "*" and kind in ("*", "AWS") for kind, value in element.entries
    )


PUBLIC_PRINCIPAL = Criterion(
    code="public-principal",
    title="Allow to everybody without a condition",
    severity="warning",
    why="Every AWS account is meant, and where the service takes unsigned calls, the whole internet.",
    fix="name accounts or roles; to mean an organization, add a condition on `aws:PrincipalOrgID`",
    find=_find,
)
