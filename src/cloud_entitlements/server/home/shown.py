"""Home as its template shows it: what is told, with its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.server.charts import HEIGHT, WIDTH, Line, bars, columns, donut, line
from cloud_entitlements.server.home.figures import Part
from cloud_entitlements.server.home.told import Told


@dataclass(frozen=True, slots=True)
class Breakdown:
    title: str
    what: str
    """What a line is."""
    lines: Sequence[tuple[Part, float]]
    """Each with its share of the longest, in per cent."""
    note: str = ""


def charts(told: Told) -> dict[str, Any]:
    found = told.figures
    most = max((day.identities or 0 for day in told.days), default=0) or 1
    low, high = _tens([day.health for day in told.days if day.health is not None])
    return {
        "breakdowns": _breakdowns(told),
        "impacts": list(
            zip(found.people.impacts, (bar.share for bar in bars(_pairs(found.people.impacts))), strict=True)
        ),
        "states": donut(
            (one.key, one.count)
            for one in (found.states.pending, found.states.acknowledged, found.states.followed)
        ),
        "health_line": line([day.health for day in told.days], low=low, high=high),
        "health_range": f"{low} to {high} %",
        "identity_line": _of([day.identities for day in told.days], most),
        "vulnerable_line": _of([day.vulnerable for day in told.days], most),
        "most": most,
        "columns": columns([(day.found, day.resolved) for day in told.lately]),
        "known_days": [day for day in told.days if day.identities is not None],
        "box": f"0 0 {WIDTH:g} {HEIGHT:g}",
    }


def _tens(values: Sequence[float]) -> tuple[int, int]:
    """Of per cent: the tens that all are between, with room for a line to be seen."""
    if not values:
        return 0, 100
    return max(0, int(min(values) - 5) // 10 * 10), min(100, -(-int(max(values) + 5) // 10) * 10)


def _of(values: Sequence[int | None], most: int) -> Line:
    return line(values, low=0, high=most)


def _pairs(given: Sequence[Any]) -> list[tuple[str, int]]:
    return [(one.name, one.count) for one in given]


def _breakdowns(told: Told) -> dict[str, Breakdown]:
    found = told.figures
    more = found.accounts - len(found.by_account)
    note = f"{more} more account{'' if more == 1 else 's'} with fewer" if more > 0 else ""
    return {
        "criticality": _breakdown("By criticality", "Criticality", found.by_criticality),
        "type": _breakdown("By identity type", "Type", found.by_type),
        "provider": _breakdown("By provider", "Provider", found.by_provider),
        "account": _breakdown("By account", "Account", found.by_account, note),
    }


def _breakdown(title: str, what: str, parts: Sequence[Part], note: str = "") -> Breakdown:
    shares = bars((one.name, one.recommendations) for one in parts)
    return Breakdown(title, what, [(one, bar.share) for one, bar in zip(parts, shares, strict=True)], note)
