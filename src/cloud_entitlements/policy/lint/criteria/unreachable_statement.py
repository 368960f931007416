from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Element, PrincipalElement, Statement
from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.cover import covers
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import matches_everything


def _find(document: Document) -> Iterator[Found]:
    """EVAL-01."""
    denies = [one for one in document.statements if one.effect == "Deny" and not one.conditions]
    for statement in document.statements:
        deny = next((one for one in denies if statement.effect == "Allow" and _covers(one, statement)), None)
        if deny is not None:
            named = f"`{deny.sid}`" if deny.sid else f"of line {deny.place.line}"
            yield Found(
                f"everything that it allows is denied by the statement {named}", statement.place, statement
            )


def _covers(deny: Statement, allow: Statement) -> bool:
    return (
        _patterns_cover(_lower(deny.actions), _lower(allow.actions), actions=True)
        and _resources_cover(deny.resources, allow.resources)
        and _principals_cover(deny.principals, allow.principals)
    )


def _lower(element: Element) -> Element:
    return Element(tuple(one.lower() for one in element.patterns), element.negated)


def _patterns_cover(wide: Element, narrow: Element, *, actions: bool = False) -> bool:
    if wide.negated:
        return False
    if any(is_everything(one) if actions else matches_everything(one) for one in wide.patterns):
        return True
    if narrow.negated:
        return False
    return all(any(covers(one, other) for one in wide.patterns) for other in narrow.patterns)


def _resources_cover(deny: Element | None, allow: Element | None) -> bool:
    if deny is None or allow is None:
        return deny is allow
    return _patterns_cover(deny, allow)


def _principals_cover(deny: PrincipalElement | None, allow: PrincipalElement | None) -> bool:
    if deny is None or allow is None:
        return deny is allow
    if deny.negated:
        return False
    if any(value == "*" and kind in ("*", "AWS") for kind, value in deny.entries):
        return True
    return not allow.negated and set(allow.entries) <= set(deny.entries)


UNREACHABLE_STATEMENT = Criterion(
    code="unreachable-statement",
    title="An Allow that a Deny of the same document wholly covers",
    severity="warning",
    why="A Deny wins over every Allow: the statement allows nothing.",
    fix="narrow the Deny, or take the Allow out",
    find=_find,
)
