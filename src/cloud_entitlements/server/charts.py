"""Small charts, drawn here as SVG shapes: the page has the numbers too, so that nobody must look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RADIUS = 15.9155
"""Of a circle whose way around is 100."""


@dataclass(frozen=True, slots=True)
class Slice:
    name: str
    count: int
    share: float
    """Per cent of the way around."""
    rest: float
    """What is left of the way around."""
    offset: float
    """Where it begins, as SVG's dash offset wants it: clockwise from the top."""


def donut(parts: Iterable[tuple[str, int]]) -> Sequence[Slice]:
    """Slices in the order given; those of nothing are left out."""
    listed = [(name, count) for name, count in parts if count]
    total = sum(count for _, count in listed)
    found, before = [], 0.0
    for name, count in listed:
        share = 100 * count / total
        found.append(
            Slice(name, count, round(share, 3), round(100 - share, 3), round((25 - before) % 100, 3))
        )
        before += share
    return found


@dataclass(frozen=True, slots=True)
class Line:
    points: str
    """Of a `polyline` in a box of `WIDTH` x `HEIGHT`."""
    top: float
    least: float
    last: tuple[float, float] | None


WIDTH, HEIGHT = 300.0, 60.0


def line(values: Sequence[float | None], *, low: float | None = None, high: float | None = None) -> Line:
    """One value a step; None is a hole that the line leaps over."""
    known = [(number, value) for number, value in enumerate(values) if value is not None]
    if not known:
        return Line("", 0, 0, None)
    least = min(value for _, value in known) if low is None else low
    top = max(value for _, value in known) if high is None else high
    span = (top - least) or 1
    step = WIDTH / max(1, len(values) - 1)
    places = [
        (round(number * step, 1), round(HEIGHT - HEIGHT * (value - least) / span, 1))
        for number, value in known
    ]
    return Line(" ".join(f"{x},{y}" for x, y in places), top, least, places[-1])


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    count: int
    share: float
    """Per cent of the longest."""


def bars(parts: Iterable[tuple[str, int]]) -> Sequence[Bar]:
    listed = list(parts)
    longest = max((count for _, count in listed), default=0) or 1
    return [Bar(name, count, round(100 * count / longest, 2)) for name, count in listed]
