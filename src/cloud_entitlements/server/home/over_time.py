"""How it went: health, identities and recommendations, day by day. A day is as its last snapshot left it, all in UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate

from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations.models import Moment, Recommendation

DAYS = 30
State = Recommendation.State


@dataclass(frozen=True, slots=True)
class Known:
    """Of one connection, on one day."""

    identities: int
    vulnerable: int
    health: float | None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    identities: int | None
    """None: nothing was known yet."""
    vulnerable: int | None
    health: float | None


@dataclass(frozen=True, slots=True)
class Lately:
    day: date
    found: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Health:
    """0 (unsafe) to 100 (secure); of several connections the mean, weighted by their identities."""

    percent: float | None
    """None: nothing could be judged."""
    least: float | None
    """If all that could not be judged fails."""
    change: float | None = None
    """In points, of the connections that are known on both days; None: there is nothing to compare with."""
    since: date | None = None

    @property
    def uncertain(self) -> bool:
        return self.percent is not None and self.least is not None and self.least < self.percent


History = Mapping[date, Mapping[str, Known]]


def history(connection_ids: Sequence[str], today: date, days: int = DAYS) -> History:
    """The last `days` days, today included. What is not looked at on a day is as it was before."""
    start = today - timedelta(days=days - 1)
    mine = Moment.objects.filter(connection_id__in=connection_ids)
    known = {
        one: _known(identities, vulnerable, health)
        for one, identities, vulnerable, health in _before(mine, start)
    }
    by_day: dict[date, dict[str, Known]] = {}
    for day, one, identities, vulnerable, health in _last_of_days(mine.filter(at__gte=beginning(start))):
        by_day.setdefault(day, {})[one] = _known(identities, vulnerable, health)
    found: dict[date, Mapping[str, Known]] = {}
    for number in range(days):
        day = start + timedelta(days=number)
        known |= by_day.get(day, {})
        found[day] = dict(known)
    return found


def _known(identities: Mapping[str, int], vulnerable: int, health: float | None) -> Known:
    return Known(sum(identities.values()), vulnerable, health)


def _before(mine: QuerySet[Moment], start: date) -> Iterable[tuple[str, dict[str, int], int, float | None]]:
    place = Window(RowNumber(), partition_by=F("connection_id"), order_by=F("at").desc())
    last = mine.filter(at__lt=beginning(start)).annotate(place=place).filter(place=1)
    return last.values_list("connection_id", "identities", "vulnerable", "health")


def _last_of_days(mine: QuerySet[Moment]) -> Iterable[tuple[date, str, dict[str, int], int, float | None]]:
    day = TruncDate("at")
    place = Window(RowNumber(), partition_by=[F("connection_id"), day], order_by=F("at").desc())
    last = mine.annotate(day=day, place=place).filter(place=1)
    return last.values_list("day", "connection_id", "identities", "vulnerable", "health")


def days(found: History) -> list[Day]:
    return [_day(day, known.values()) for day, known in found.items()]


def _day(day: date, known: Iterable[Known]) -> Day:
    listed = list(known)
    if not listed:
        return Day(day, None, None, None)
    identities, vulnerable = (
        sum(getattr(one, name) for one in listed) for name in ("identities", "vulnerable")
    )
    return Day(day, identities, vulnerable, mean((one.health, one.identities) for one in listed))


def health(connection_ids: Sequence[str], found: History, today: date, lately: int) -> Health:
    """`lately`: the number of days ago that it is compared with; or the first that is known, where there are fewer."""
    rows = Analysis.objects.filter(connection_id__in=connection_ids).values_list(
        "connection_id", "health", "health_least"
    )
    sizes = {one: known.identities for one, known in found[today].items()}
    now = mean((percent, sizes.get(one, 0)) for one, percent, _ in rows)
    least = mean((percent, sizes.get(one, 0)) for one, _, percent in rows)
    since = next(
        (day for day, known in found.items() if known and day >= today - timedelta(days=lately)), today
    )
    return Health(now, least, *_change(found, since, today))


def _change(found: History, since: date, today: date) -> tuple[float | None, date | None]:
    then, now = found[since], found[today]
    both = [one for one in then if one in now and None not in (then[one].health, now[one].health)]
    before, after = (
        mean((known[one].health, known[one].identities) for one in both) for known in (then, now)
    )
    if since == today or before is None or after is None:
        return None, None
    return round(after - before, 1), since


def mean(given: Iterable[tuple[float | None, int]]) -> float | None:
    """Of values and their weights; what is not known counts for nothing."""
    known = [(value, max(weight, 1)) for value, weight in given if value is not None]
    weight = sum(one for _, one in known)
    return round(sum(value * one for value, one in known) / weight, 1) if known else None


def lately(asked: QuerySet[Recommendation], since: date, today: date) -> list[Lately]:
    """Each day from `since` on."""
    begin = beginning(since)
    kept = asked.exclude(state=State.WITHDRAWN)
    first = _by_day(kept.filter(first_seen__gte=begin), "first_seen")
    again = _by_day(kept.filter(reopened_at__gte=begin, first_seen__lt=begin), "reopened_at")
    gone = _by_day(asked.filter(state=State.FOLLOWED, resolved_at__gte=begin), "resolved_at")
    every = [since + timedelta(days=number) for number in range((today - since).days + 1)]
    return [Lately(day, first[day] + again[day], gone[day]) for day in every]


def _by_day(rows: QuerySet[Recommendation], column: str) -> Counter[date]:
    """By the moment in the database, of which there are few, and by the day here: to part it there takes long."""
    found: Counter[date] = Counter()
    for moment, count in rows.order_by().values_list(column).annotate(count=Count("*")):
        found[moment.astimezone(UTC).date()] += count
    return found


def beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
