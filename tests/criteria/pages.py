"""Tables of docs/explanation/impact-and-scores.md: the examples that tests work out again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "impact-and-scores.md"


@lru_cache(1)
def _text() -> str:
    return PAGE.read_text(encoding="utf-8")


def rows_under(heading: str) -> Sequence[tuple[str, ...]]:
    """Cells of the first table below a heading, without their backticks."""
    after = _text().split(f" {heading}\n", 1)[1]
    lines = after[after.index("\n|") + 1 :].split("\n\n", 1)[0].strip().splitlines()
    return [tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")) for line in lines[2:]]
