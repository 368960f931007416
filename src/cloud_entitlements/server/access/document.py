"""A policy document as people read it: indented, in the usual order, with some statements marked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.policy import MalformedPolicy, parse_policy

_ORDER = (
    "Version", "Id", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition", "Statement",
)  # fmt: skip
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    """From 1."""
    text: str
    mark: str
    """`Allow` or `Deny` where it belongs to a marked statement; else empty."""


def lines(text: str, marks: Mapping[int, str]) -> tuple[Line, ...]:
    """`marks`: effect by the statement's number, from 0. What is no policy stands as it was stored, unmarked."""
    try:
        pretty = json.dumps(_ordered(json.loads(text)), indent=2, ensure_ascii=False)
        starts = {
            one.number: one.place.line for one in parse_policy(pretty).statements if one.number in marks
        }
    except (ValueError, RecursionError, MalformedPolicy):
        return tuple(Line(number, one, "") for number, one in enumerate(text[:_LONGEST].splitlines(), 1))
    written = pretty.split("\n")
    marked = {at: marks[number] for number, start in starts.items() for at in _until_closed(written, start)}
    return tuple(Line(number, one, marked.get(number, "")) for number, one in enumerate(written, 1))


def _until_closed(written: list[str], start: int) -> range:
    """From the line with the brace to the one that closes it, which is indented alike."""
    indent = _indent(written[start - 1])
    end = next(
        (
            at
            for at in range(start, len(written))
            if _indent(written[at]) == indent and "}" in written[at][: indent + 1]
        ),
        start - 1,
    )
    return range(start, end + 2)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _ordered(value: Any, depth: int = 0) -> Any:
    """Elements as AWS's own documents order them; keys of conditions stay as they are."""
    if isinstance(value, list):
        return [_ordered(one, depth) for one in value]
    if not isinstance(value, dict) or depth > 1:
        return value
    rank = {name: number for number, name in enumerate(_ORDER)}
    names = sorted(value, key=lambda name: rank.get(name, len(rank)))
    return {name: _ordered(value[name], depth + 1) for name in names}
