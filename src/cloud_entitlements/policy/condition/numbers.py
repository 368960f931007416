"""COND-07: decimal; `01`, `+1`, `1.0` and `1e0` equal 1. What is no number compares as unequal."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from cloud_entitlements.policy.condition.family import Compared, Family, compared

# what Python reads beside this is no number to AWS: underscores, other scripts' digits, NaN
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def number(text: str) -> Decimal | None:
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped) is None:
        return None
    try:
        return Decimal(stripped)
    except InvalidOperation:  # an exponent beyond all bounds
        return None


def _comparing(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], Compared]:
    def compare(value: str, found: str) -> Compared:
        limit, given = number(value), number(found)
        return compared(limit is not None and given is not None and holds(given, limit))

    return compare


EQUALS = Family("Numeric", _comparing(lambda given, limit: given == limit))
LESS = Family("Numeric", _comparing(lambda given, limit: given < limit))
AT_MOST = Family("Numeric", _comparing(lambda given, limit: given <= limit))
GREATER = Family("Numeric", _comparing(lambda given, limit: given > limit))
AT_LEAST = Family("Numeric", _comparing(lambda given, limit: given >= limit))
