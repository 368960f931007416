"""COND-07: decimal; `01`, `+1`, `1.0` and `1e0` equal 1. What is no number compares as unequal."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from cloud_entitlements.policy.condition.family import Compared, Family, compared


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _comparing(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], Compared]:
    def compare(value: str, found: str) -> Compared:
        limit, number = _number(value), _number(found)
        return compared(limit is not None and number is not None and holds(number, limit))

    return compare


EQUALS = Family("Numeric", _comparing(lambda number, limit: number == limit))
LESS = Family("Numeric", _comparing(lambda number, limit: number < limit))
AT_MOST = Family("Numeric", _comparing(lambda number, limit: number <= limit))
GREATER = Family("Numeric", _comparing(lambda number, limit: number > limit))
AT_LEAST = Family("Numeric", _comparing(lambda number, limit: number >= limit))
