"""Three truth values and Kleene's logic over them (TRI-02): AND is the least, OR the greatest, NOT the mirror.

Plain integers: a decision takes hundreds of these steps, and `min` and `max` are already the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Truth = Literal[0, 1, 2]

F: Truth = 0
U: Truth = 1
T: Truth = 2
_MIRROR: tuple[Truth, Truth, Truth] = (T, U, F)


def all_of(values: Iterable[Truth]) -> Truth:
    """True of nothing at all."""
    return min(values, default=T)


def any_of(values: Iterable[Truth]) -> Truth:
    """False of nothing at all."""
    return max(values, default=F)


def negated(value: Truth) -> Truth:
    return _MIRROR[value]


def known(value: bool) -> Truth:
    return T if value else F
