"""Cloud health: each example of the page."""

from __future__ import annotations

from typing import get_args

import pytest

from cloud_entitlements.criteria import Verdict
from cloud_entitlements.criteria.health import WEIGHTS, Health

from .pages import rows_under

EXAMPLES = rows_under("Examples of health")


def test_the_page_has_the_weights_that_are_used() -> None:
    assert {name: int(weight) for name, weight in rows_under("Cloud health: 0 % to 100 %")} == WEIGHTS


def _health(judged: str) -> Health:
    found = Health()
    for one in judged.split(", "):
        criticality, verdict = one.split(" ")
        assert verdict in get_args(Verdict)
        found.add(verdict, criticality)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda row: row[0])
def test_health_is_what_the_page_says(example: tuple[str, ...]) -> None:
    judged, percent, least = example
    found = _health(judged)
    assert found.percent == (None if percent == "none" else float(percent))
    assert found.least == (None if least == "none" else float(least))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda row: row[0])
def test_health_is_never_less_than_its_least_and_one_more_failure_lowers_both(
    example: tuple[str, ...],
) -> None:
    found, worse = _health(example[0]), _health(f"{example[0]}, low fails")
    if found.percent is not None and found.least is not None:
        assert found.least <= found.percent
        assert worse.percent is not None
        assert worse.least is not None
        assert worse.percent <= found.percent
        assert worse.least <= found.least


def test_nothing_judged_is_no_health() -> None:
    assert Health().percent is None
    assert Health().least is None
