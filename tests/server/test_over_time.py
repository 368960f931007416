"""What Home says of the past: days as their last snapshot left them, and health that is compared with like."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cloud_entitlements.server.charts import columns, donut, line
from cloud_entitlements.server.home.over_time import Day, days, health, history, lately, mean
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations.models import Moment, Recommendation

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def moment(
    connection_id: str, days_ago: float, identities: int, vulnerable: int, percent: float | None
) -> None:
    at = NOON - timedelta(days=days_ago)
    Moment.objects.create(
        connection_id=connection_id, snapshot_id=at.isoformat(), at=at, identities={"user": identities - 1, "role": 1},
        vulnerable=vulnerable, health=percent,
    )  # fmt: skip


def analysis(connection_id: str, percent: float | None, least: float | None) -> None:
    Analysis.objects.create(
        connection_id=connection_id, name=connection_id, snapshot_id="x", collected_at=NOON, analysed_at=NOON,
        settings_key="x", coverage_total=1, coverage_connected=1, gaps=0, health=percent, health_least=least,
    )  # fmt: skip


def told(*ids: str, length: int = 5) -> list[tuple[int | None, int | None, float | None]]:
    return [(one.identities, one.vulnerable, one.health) for one in days(history(ids, TODAY, length))]


def test_a_day_is_as_its_last_snapshot_left_it_and_the_next_goes_on_from_there() -> None:
    moment("one", 3, 10, 5, 50.0)
    moment("one", 3.2, 99, 99, 1.0)
    moment("one", 1, 12, 4, 60.0)
    nothing = (None, None, None)
    assert told("one") == [nothing, (10, 5, 50.0), (10, 5, 50.0), (12, 4, 60.0), (12, 4, 60.0)]


def test_what_was_before_the_first_day_counts_on() -> None:
    moment("one", 40, 10, 5, 50.0)
    moment("one", 50, 3, 3, 1.0)
    assert told("one", length=2) == [(10, 5, 50.0)] * 2


def test_several_connections_are_added_and_their_health_is_weighted_by_their_identities() -> None:
    moment("one", 2, 30, 5, 90.0)
    moment("two", 1, 10, 1, 50.0)
    moment("three", 1, 100, 100, 0.0)
    moment("blind", 1, 2, 0, None)
    assert told("one", "two", "blind", length=3) == [(30, 5, 90.0), (42, 6, 80.0), (42, 6, 80.0)]


@pytest.mark.parametrize(
    ("ages", "change", "since"),
    [
        ({}, None, None),
        ({0: 80.0}, None, None),
        ({7: 70.0, 0: 80.0}, 10.0, TODAY - timedelta(days=7)),
        ({30: 70.0, 0: 80.0}, 10.0, TODAY - timedelta(days=7)),
        ({7: 85.5, 0: 80.0}, -5.5, TODAY - timedelta(days=7)),
        ({3: 70.0, 0: 80.0}, 10.0, TODAY - timedelta(days=3)),
        ({7: None, 0: 80.0}, None, None),
    ],
    ids=str,
)
def test_health_is_compared_with_a_week_ago_or_with_the_first_day(
    ages: dict[int, float | None], change: float | None, since: date | None
) -> None:
    analysis("one", 80.0, 72.0)
    for age, percent in ages.items():
        moment("one", age, 10, 1, percent)
    found = health(["one"], history(["one"], TODAY), TODAY, 7)
    assert (found.percent, found.least, found.uncertain) == (80.0, 72.0, True)
    assert (found.change, found.since) == (change, since)


def test_a_connection_that_is_new_does_not_change_the_comparison() -> None:
    analysis("old", 80.0, 80.0)
    analysis("new", 0.0, 0.0)
    moment("old", 7, 10, 1, 70.0)
    moment("old", 0, 10, 1, 80.0)
    moment("new", 0, 10, 1, 0.0)
    found = health(["old", "new"], history(["old", "new"], TODAY), TODAY, 7)
    assert (found.percent, found.change, found.uncertain) == (40.0, 10.0, False)


def test_what_could_not_be_judged_has_no_health() -> None:
    analysis("one", None, None)
    moment("one", 0, 0 + 1, 0, None)
    found = health(["one"], history(["one"], TODAY), TODAY, 7)
    assert (found.percent, found.least, found.uncertain) == (None, None, False)
    assert mean([]) is None


def recommendation(number: int, state: str, **days_ago: float) -> None:
    moments = {name: NOON - timedelta(days=ago) for name, ago in days_ago.items()}
    Recommendation.objects.create(
        connection_id="one", criterion="administrator", arn=f"arn:{number}", type="user", name="x", account_id="1", state=state,
        criticality="high", rank=0, snapshot_id="x", **moments,
    )  # fmt: skip


def test_found_and_resolved_by_day_come_to_the_numbers_beside_them() -> None:
    recommendation(1, "suggested", first_seen=0)
    recommendation(2, "suggested", first_seen=6.4)
    recommendation(3, "suggested", first_seen=7)  # a day too old
    recommendation(4, "suggested", first_seen=90, reopened_at=2)
    recommendation(5, "suggested", first_seen=3, reopened_at=1)  # counts once, when it was found
    recommendation(6, "followed", first_seen=90, resolved_at=2)
    recommendation(7, "followed", first_seen=4, resolved_at=0)
    recommendation(8, "withdrawn", first_seen=1, resolved_at=0)
    found = lately(Recommendation.objects.all(), TODAY - timedelta(days=6), TODAY)
    assert [one.found for one in found] == [1, 0, 1, 1, 1, 0, 1]
    assert [one.resolved for one in found] == [0, 0, 0, 0, 1, 0, 1]


def test_lines_leap_over_what_is_not_known() -> None:
    drawn = line([None, 0.0, None, 10.0], low=0, high=10)
    assert drawn.points == "100.0,60.0 300.0,0.0"
    assert line([None, None]).points == ""


def test_a_donut_goes_all_the_way_around() -> None:
    whole = donut([("a", 3), ("b", 0)])
    assert [(one.name, one.share) for one in whole] == [("a", 100)]
    assert whole[0].path.count("A") == 2
    halves = donut([("a", 1), ("b", 1)])
    assert halves[0].path.startswith("M21.0 5.08"), "from the top"
    assert halves[0].path.rsplit(" ", 2)[1:] == halves[1].path[1:].split("A")[0].split(" ")
    assert donut([]) == []


def test_columns_are_as_high_as_what_they_count() -> None:
    drawn = columns([(4, 0), (2, 1)])
    assert [(one.series, one.height, one.y) for one in drawn] == [
        (0, 60.0, 0.0),
        (0, 30.0, 30.0),
        (1, 15.0, 45.0),
    ]
    assert all(one.width > 0 for one in drawn)
    assert columns([]) == []


def test_nothing_known_is_not_zero() -> None:
    assert days(history([], TODAY, 1)) == [Day(TODAY, None, None, None)]
