"""The names that somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 3
_LIKE_ENOUGH = 0.7
_LONGEST = 128


def nearest(written: str, names: Iterable[str]) -> list[str]:
    if len(written) > _LONGEST:
        return []
    by_lower = {name.lower(): name for name in names}
    return [by_lower[one] for one in get_close_matches(written.lower(), by_lower, _MOST, _LIKE_ENOUGH)]


def meant_perhaps(written: str, names: Iterable[str]) -> str:
    """A fix, or nothing when no name is near."""
    found = nearest(written, names)
    return f"did you mean {' or '.join(f'`{one}`' for one in found)}?" if found else ""
