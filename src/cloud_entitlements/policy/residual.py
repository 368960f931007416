"""What must hold for a conditional answer to be yes (TRI-04): the allowed cases, joined to as few lines as possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cloud_entitlements.policy.split import Case, Cell
from cloud_entitlements.policy.truth import F

Box = tuple[frozenset[int], ...]
"""For each key the numbers of its cells."""
MAX_LINES = 20
_ALWAYS = "always"


def joined(boxes: set[Box]) -> set[Box]:
    """Boxes that differ in one key alone become one, until none do."""
    while True:
        before = len(boxes)
        for place in range(len(next(iter(boxes), ()))):
            rest: dict[Box, frozenset[int]] = {}
            for box in boxes:
                key = (*box[:place], frozenset(), *box[place + 1 :])
                rest[key] = rest.get(key, frozenset()) | box[place]
            boxes = {(*key[:place], cells, *key[place + 1 :]) for key, cells in rest.items()}
        if len(boxes) == before:
            return boxes


def boxes_of(cases: Sequence[Case], dimensions: Sequence[Sequence[Cell]]) -> set[Box]:
    """Cases that are allowed, or may be."""
    numbers = [{cell: number for number, cell in enumerate(cells)} for cells in dimensions]
    return joined(
        {
            tuple(frozenset({numbers[place][cell]}) for place, cell in enumerate(case.cells))
            for case in cases
            if case.truth != F
        }
    )


def keys_of(boxes: set[Box], dimensions: Sequence[Sequence[Cell]]) -> list[str]:
    """Keys on which the answer depends."""
    return sorted(
        cells[0].key
        for place, cells in enumerate(dimensions)
        if any(len(box[place]) < len(cells) for box in boxes)
    )


def words(boxes: set[Box], dimensions: Sequence[Sequence[Cell]], spelling: Callable[[str], str]) -> str:
    """Empty: it hangs on nothing that a key could say. `spelling` names a key as people read it."""
    names = [spelling(cells[0].key) for cells in dimensions]
    lines = sorted({_line(box, dimensions, names) for box in boxes})
    if lines == [_ALWAYS]:
        return ""
    more = len(lines) - MAX_LINES
    shown = " or ".join(f"({line})" if len(lines) > 1 else line for line in lines[:MAX_LINES])
    return f"{shown} or {more} more cases" if more > 0 else shown


def _line(box: Box, dimensions: Sequence[Sequence[Cell]], names: Sequence[str]) -> str:
    parts = [
        _part(names[place], cells, box[place])
        for place, cells in enumerate(dimensions)
        if len(box[place]) < len(cells)
    ]
    return " and ".join(parts) or _ALWAYS


def _part(key: str, cells: Sequence[Cell], chosen: frozenset[int]) -> str:
    others = [cells[number].words for number in range(len(cells)) if number not in chosen]
    told = [cells[number].words for number in sorted(chosen)]
    if len(others) < len(told):
        return f"{key} not ({' or '.join(others)})"
    text = " or ".join(told)
    return f"{key} ({text})" if " or " in text or " and " in text else f"{key} {text}"
