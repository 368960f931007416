"""Wildcards without regular expressions: a document may come from anywhere, and many stars make those very slow (R1)."""

from __future__ import annotations


def glob(pattern: str, text: str) -> bool:
    """`*` any run, `?` one character. After a mismatch only the last star gives way, which is enough."""
    if pattern.endswith("*") and "*" not in pattern[:-1] and "?" not in pattern:
        return text.startswith(pattern[:-1])
    at, place, star, mark = 0, 0, -1, 0
    while place < len(text):
        wanted = pattern[at : at + 1]
        if wanted == "*":
            star, mark, at = at, place, at + 1
        elif wanted and wanted in ("?", text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")
