"""A text that two patterns both match: where policies meet, an example shows what they say together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from cloud_entitlements.policy.pattern import SEGMENTS, plain, resource_pattern

ANY = "\ue003"
"""Stands for a character that no policy writes."""
_LONGEST = 2048
"""Of an ARN."""
_Place = tuple[int, int]
_Step = tuple[_Place, str]


@lru_cache(65_536)
def common_arn(first: str, second: str) -> str | None:
    """An ARN that both match (RES-02); None: there is none, or none that is plain to see."""
    one, other = first.split(":", SEGMENTS - 1), second.split(":", SEGMENTS - 1)
    if len(one) == len(other) == SEGMENTS:
        found = [common(*pair) for pair in zip(one, other, strict=True)]
        by_segment = None if None in found else ":".join(str(part) for part in found)
    else:
        by_segment = None
    return next(
        (
            text
            for text in (by_segment, common(first, second))
            if text is not None and resource_pattern(first)(text) and resource_pattern(second)(text)
        ),
        None,
    )


@lru_cache(65_536)
def common(first: str, second: str) -> str | None:
    """Walks pairs of places from the beginning of both, each pair once; `*` and `?` as anywhere."""
    if len(first) > _LONGEST or len(second) > _LONGEST:
        return None
    came: dict[_Place, tuple[_Place, str] | None] = {(0, 0): None}
    waiting = [(0, 0)]
    while waiting:
        place = waiting.pop()
        if place == (len(first), len(second)):
            return plain(_spelled(place, came))
        for step, written in _steps(place, first, second):
            if step not in came:
                came[step] = (place, written)
                waiting.append(step)
    return None


def _spelled(place: _Place, came: dict[_Place, tuple[_Place, str] | None]) -> str:
    found: list[str] = []
    while (before := came[place]) is not None:
        place, written = before
        found.append(written)
    return "".join(reversed(found))


def _steps(place: _Place, first: str, second: str) -> Iterator[_Step]:
    """A star stands for nothing, or swallows what comes in the other; everything else must be alike."""
    left, right = place
    one, other = first[left : left + 1], second[right : right + 1]
    if one == "*":
        yield (left + 1, right), ""
        if other not in ("", "*"):
            yield (left, right + 1), ANY if other == "?" else other
    if other == "*":
        yield (left, right + 1), ""
        if one not in ("", "*"):
            yield (left + 1, right), ANY if one == "?" else one
    if one and other and "*" not in (one, other) and (one == other or "?" in (one, other)):
        written = ANY if one == other == "?" else one.replace("?", other)
        yield (left + 1, right + 1), written
