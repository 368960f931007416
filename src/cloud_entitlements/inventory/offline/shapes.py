"""What a value must look like. A shape takes a value and its path, and raises `Wrong` with both and what was expected.

`null` counts as not being there: some programs print it for what AWS left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Shape = Callable[[Any, str], None]
MAX_COUNT = 2**63
MAX_DOCUMENT = 4 << 20
_EXCERPT = 60


class Wrong(Exception):
    def __init__(self, path: str, expected: str, found: Any) -> None:
        super().__init__(f"expected {expected}, found {_told(found)}")
        self.path = path


class Missing(Wrong):
    def __init__(self, path: str) -> None:
        Exception.__init__(self, "it is missing")
        self.path = path


def _told(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    shown = json.dumps(value)
    return f"`{shown[:_EXCERPT]}{'…' if len(shown) > _EXCERPT else ''}`"


def text(value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise Wrong(path, "text", value)


def flag(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise Wrong(path, "`true` or `false`", value)


def count(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_COUNT:
        raise Wrong(path, "a whole number", value)


def moment(value: Any, path: str) -> None:
    try:
        datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Wrong(path, "a moment like `2026-05-01T12:00:00+00:00`", value) from None


def document(value: Any, path: str) -> None:
    if not isinstance(value, str | dict):
        raise Wrong(path, "a policy, as an object or as text", value)
    if isinstance(value, str) and len(value) > MAX_DOCUMENT:
        raise Wrong(path, f"a policy of at most {MAX_DOCUMENT} characters", value)


def matching(fits: Callable[[str], object], expected: str) -> Shape:
    """Text that `fits`, e.g. a compiled pattern's `fullmatch`."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or not fits(value):
            raise Wrong(path, expected, value)

    return check


def listed(shape: Shape) -> Shape:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise Wrong(path, "a list", value)
        for number, one in enumerate(value):
            shape(one, f"{path}[{number}]")

    return check


def fields(required: Mapping[str, Shape], optional: Mapping[str, Shape], *, closed: bool = False) -> Shape:
    """An object. Closed, a name that is not known is refused: a person wrote it, and may have mistyped it."""
    known = {**required, **optional}

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Wrong(path, "an object", value)
        for name in [name for name, one in value.items() if one is None]:
            del value[name]
        for name, one in value.items():
            if name in known:
                known[name](one, f"{path}.{name}" if path else name)
            elif closed:
                raise Wrong(path, f"one of {', '.join(f'`{n}`' for n in known)}", name)
        for name in required:
            if name not in value:
                raise Missing(f"{path}.{name}" if path else name)

    return check
