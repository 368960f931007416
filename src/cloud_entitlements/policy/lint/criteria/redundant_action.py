from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloud_entitlements.policy.document import Element, Place
from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.cover import covers
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import has_wildcard


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, wider, place in _redundant(statement.actions):
            yield Found(f"`{pattern}` is covered by `{wider}`", place, statement)


def _redundant(element: Element) -> Iterator[tuple[str, str, Place]]:
    seen: dict[str, str] = {}
    wide: dict[str, list[str]] = {}
    for one in element.patterns:
        if has_wildcard(one):
            wide.setdefault(_service(one), []).append(one)
    for pattern, place in placed(element):
        folded = pattern.lower()
        wider = seen.get(folded) or _wider(folded, (*wide.get("*", ()), *wide.get(_service(folded), ())))
        if wider is not None:
            yield pattern, wider, place
        seen.setdefault(folded, pattern)


def _service(pattern: str) -> str:
    return pattern.lower().partition(":")[0]


def _wider(narrow: str, patterns: Iterable[str]) -> str | None:
    return next((one for one in patterns if _covers(one.lower(), narrow)), None)


def _covers(wide: str, narrow: str) -> bool:
    return wide != narrow and (is_everything(wide) or (not is_everything(narrow) and covers(wide, narrow)))


REDUNDANT_ACTION = Criterion(
    code="redundant-action",
    title="An action that another pattern of the statement covers",
    severity="note",
    why="It changes nothing; whoever takes it out later believes to have taken something away.",
    fix="take out the narrower, or the wider if the narrower is what is needed",
    find=_find,
)
