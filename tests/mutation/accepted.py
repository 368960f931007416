"""Survivors that are argued for: the tables of docs/explanation/mutation.md, by function and text."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "mutation.md"
_ROW = re.compile(r"\| `([^`]+)` \| `([^`]+)` \| (\S.*) \|")


def accepted() -> dict[tuple[str, str], str]:
    """By place and mutation, why. A bar within a cell has a backslash before it."""
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {(where, what.replace("\\|", "|")): why for where, what, why in rows}
