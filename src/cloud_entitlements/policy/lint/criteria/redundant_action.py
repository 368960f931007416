from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Element, Place
from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.cover import ByBeginning, by_beginning, wider_than
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, wider, place in _redundant(statement.actions):
            yield Found(f"`{pattern}` is covered by `{wider}`", place, statement)


def _redundant(element: Element) -> Iterator[tuple[str, str, Place]]:
    """Told as they were written, compared in lower case (ACT-01)."""
    seen: dict[str, str] = {}
    written = {one.lower(): one for one in reversed(element.patterns)}
    wide = by_beginning(one for one in written if not is_everything(one))
    everything = next((one for one in element.patterns if is_everything(one)), None)
    for pattern, place in placed(element):
        folded = pattern.lower()
        wider = seen.get(folded) or (
            None if is_everything(pattern) else everything or _written(folded, wide, written)
        )
        if wider is not None:
            yield pattern, wider, place
        seen.setdefault(folded, pattern)


def _written(folded: str, wide: ByBeginning, written: dict[str, str]) -> str | None:
    found = wider_than(folded, wide)
    return None if found is None else written[found]


REDUNDANT_ACTION = Criterion(
    code="redundant-action",
    title="An action that another pattern of the statement covers",
    severity="note",
    why="It changes nothing; whoever takes it out later believes to have taken something away.",
    fix="take out the narrower, or the wider if the narrower is what is needed",
    find=_find,
)
