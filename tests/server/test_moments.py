"""Moments are kept for a while, then one a day, then not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_entitlements.server.recommendations.models import Moment
from cloud_entitlements.server.recommendations.moments import prune

from .days import CONNECTION, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def moments(connection_id: str, *ages: timedelta) -> None:
    for number, age in enumerate(ages):
        Moment.objects.create(connection_id=connection_id, snapshot_id=str(number), at=NOW - age)


def kept(connection_id: str = "one") -> list[timedelta]:
    return sorted(
        NOW - at for at in Moment.objects.filter(connection_id=connection_id).values_list("at", flat=True)
    )


def hours(*given: float) -> list[timedelta]:
    return [timedelta(hours=one) for one in given]


def test_all_of_the_last_two_weeks_are_kept() -> None:
    recent = hours(0, 0.25, 1, 13 * 24, 13 * 24 + 1)
    moments("one", *recent)
    assert prune("one", NOW) == 0
    assert kept() == recent


def test_of_each_earlier_day_the_last_is_kept() -> None:
    day = 20 * 24
    moments("one", *hours(day + 1, day + 2, day + 11.9, day + 13, day + 14))
    assert prune("one", NOW) == 3
    assert kept() == hours(day + 1, day + 13), "twelve hours before is midnight, another day"
    assert prune("one", NOW) == 0


def test_after_four_hundred_days_nothing_is_kept() -> None:
    moments("one", *hours(399 * 24, 401 * 24, 4000 * 24))
    assert prune("one", NOW) == 2
    assert kept() == hours(399 * 24)


def test_other_connections_keep_theirs() -> None:
    moments("other", *hours(20 * 24, 20 * 24 + 1, 500 * 24))
    assert prune("one", NOW) == 0
    assert len(kept("other")) == 3


def test_thousands_of_them_go_at_once() -> None:
    moments("one", *(timedelta(days=30, minutes=minute) for minute in range(1300)))
    prune("one", NOW)
    assert len(kept()) == 2


def test_judging_a_snapshot_prunes(tmp_path: Path) -> None:
    days = Days(tmp_path)
    days.collected(user("ada"))
    at = Moment.objects.get().at
    for hour in range(3):
        Moment.objects.create(
            connection_id=CONNECTION, snapshot_id=f"{hour}", at=at - timedelta(days=30, hours=1 + hour)
        )
    days.collected(user("ada"))
    assert Moment.objects.filter(connection_id=CONNECTION).count() == 3
