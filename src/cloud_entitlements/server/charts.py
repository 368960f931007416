"""Small charts, drawn here as SVG shapes: the page has the numbers too, so that nobody must look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

MIDDLE, RADIUS = 21.0, 15.9155
"""Of a donut in a box of 42 x 42."""


@dataclass(frozen=True, slots=True)
class Slice:
    name: str
    count: int
    share: float
    """Per cent of the way around."""
    path: str
    """Its arc, clockwise from the top: the `d` of an SVG path that is stroked."""


def donut(parts: Iterable[tuple[str, int]]) -> Sequence[Slice]:
    """Slices in the order given; those of nothing are left out."""
    listed = [(name, count) for name, count in parts if count]
    total = sum(count for _, count in listed)
    found, before = [], 0
    for name, count in listed:
        found.append(Slice(name, count, round(100 * count / total, 3), _arc(before / total, count / total)))
        before += count
    return found


def _arc(start: float, share: float) -> str:
    """In two halves: an arc that ends where it begins would be none."""
    places = [_around(start + share * part) for part in (0, 0.5, 1)]
    (x, y), *rest = places
    return f"M{x} {y}" + "".join(f"A{RADIUS} {RADIUS} 0 0 1 {x} {y}" for x, y in rest)


def _around(turn: float) -> tuple[float, float]:
    angle = 2 * pi * turn
    return round(MIDDLE + RADIUS * sin(angle), 3), round(MIDDLE - RADIUS * cos(angle), 3)


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


@dataclass(frozen=True, slots=True)
class Column:
    series: int
    x: float
    y: float
    width: float
    height: float


def columns(steps: Sequence[Sequence[int]]) -> Sequence[Column]:
    """For each step a bar for each of its values, side by side, in a box of `WIDTH` x `HEIGHT`; those of nothing are left out."""
    top = max((value for values in steps for value in values), default=0) or 1
    wide = WIDTH / max(1, len(steps))
    found = []
    for number, values in enumerate(steps):
        width = round(0.7 * wide / len(values), 1)
        for series, value in enumerate(values):
            height = round(HEIGHT * value / top, 1)
            x = round((number + 0.15) * wide + series * width, 1)
            found += [Column(series, x, HEIGHT - height, width - 1, height)] if value else []
    return found
