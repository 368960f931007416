from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Element, Place
from cloud_entitlements.policy.lint.cover import by_beginning, wider_than
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, wider, place in _redundant(statement.resources) if statement.resources else ():
            yield Found(f"`{pattern}` is covered by `{wider}`", place, statement)


def _redundant(element: Element) -> Iterator[tuple[str, str, Place]]:
    seen: set[str] = set()
    wide = by_beginning(element.patterns)
    for pattern, place in placed(element):
        wider = pattern if pattern in seen else wider_than(pattern, wide)
        if wider is not None:
            yield pattern, wider, place
        seen.add(pattern)


REDUNDANT_RESOURCE = Criterion(
    code="redundant-resource",
    title="A resource that another pattern of the statement covers",
    severity="note",
    why="It narrows nothing: a reader takes the statement for more exact than it is.",
    fix="take out the narrower, or the wider if the narrower is what is needed",
    find=_find,
)
