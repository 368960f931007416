"""COND-08: ISO 8601 or seconds since 1970, to the millisecond. What is no date compares as unequal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import floor

from cloud_entitlements.policy.condition.family import Compared, Family, compared

_SECONDS = re.compile(r"[+-]?\d{1,13}(?:\.\d+)?", re.ASCII)
_ISO = re.compile(
    r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(text: str) -> int | None:
    """Since 1970, by whole numbers: through a float some are lost on the way."""
    stripped = text.strip()
    if re.fullmatch(r"\d{4}", stripped) is None and _SECONDS.fullmatch(stripped):
        return floor(Decimal(stripped) * 1000)
    if _ISO.fullmatch(stripped) is None:
        return None
    try:
        found = datetime.fromisoformat(_completed(stripped.upper()))
    except ValueError:
        return None
    return (found.replace(tzinfo=found.tzinfo or UTC) - EPOCH) // timedelta(milliseconds=1)


def _completed(text: str) -> str:
    """`2026` and `2026-11` are the beginning of that year and month."""
    missing = {4: "-01-01", 7: "-01"}.get(len(text), "")
    return text + missing


def _comparing(holds: Callable[[int, int], bool]) -> Callable[[str, str], Compared]:
    def compare(value: str, found: str) -> Compared:
        limit, moment = milliseconds(value), milliseconds(found)
        return compared(limit is not None and moment is not None and holds(moment, limit))

    return compare


EQUALS = Family("Date", _comparing(lambda moment, limit: moment == limit))
LESS = Family("Date", _comparing(lambda moment, limit: moment < limit))
AT_MOST = Family("Date", _comparing(lambda moment, limit: moment <= limit))
GREATER = Family("Date", _comparing(lambda moment, limit: moment > limit))
AT_LEAST = Family("Date", _comparing(lambda moment, limit: moment >= limit))
