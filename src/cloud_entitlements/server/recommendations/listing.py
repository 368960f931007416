"""Recommendations as lists: criteria with their counts, and the identities of one criterion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from cloud_entitlements.criteria import CRITERIA, CRITICALITIES, Criterion
from cloud_entitlements.server.identities.listing import shown_connections
from cloud_entitlements.server.keyset import Order
from cloud_entitlements.server.recommendations.models import Recommendation
from cloud_entitlements.server.recommendations.policies import settings_of

State = Recommendation.State
STATES = (State.SUGGESTED, State.ACKNOWLEDGED, State.FOLLOWED, State.WITHDRAWN)
ORDERS: Mapping[str, Order] = {
    "criticality": Order("rank"),
    "name": Order("name"),
    "account": Order("account_id"),
    "first_seen": Order("first_seen"),
    "newest": Order("first_seen", descending=True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty: not filtered by it. Several values of one filter are separated by commas."""

    q: str = ""
    connection: str = ""
    tag: str = ""
    account: str = ""
    type: str = ""
    criticality: str = ""
    state: str = "suggested"
    criterion: str = ""
    found: str = ""
    """Found, or suggested again, since this day; what was withdrawn counts as neither."""
    resolved: str = ""
    """Followed since this day. Both as YYYY-MM-DD."""
    sort: str = "criticality"
    cursor: str = field(default="", compare=False)

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """What is not known is passed over: an old link still opens."""
        known = {one.name: given.get(one.name, "").strip()[:300] for one in fields(cls)}
        if known["sort"] not in ORDERS:
            known["sort"] = ""
        for name in ("found", "resolved"):
            known[name] = known[name] if _day(known[name]) else ""
        return cls(**{name: value for name, value in known.items() if value})

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    def address(self, path: str, **changes: str) -> str:
        """A filter that changes begins at the first page."""
        plain = {one.name: one.default for one in fields(self)}
        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "cursor"} | changes
        query = urlencode({name: value for name, value in told.items() if value and value != plain.get(name)})
        return f"{path}?{query}" if query else path

    def kept(self, *but: str) -> list[tuple[str, str]]:
        """What a form on the page has to send along, besides the fields that it shows itself."""
        left = [one for one in fields(self) if one.name not in ("cursor", *but)]
        return [(one.name, getattr(self, one.name)) for one in left if getattr(self, one.name) != one.default]


def _day(given: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(given), time.min, UTC)
    except ValueError:
        return None


def recommendations(wanted: Wanted) -> QuerySet[Recommendation]:
    """Unordered. `state` `any`: all of them."""
    found = Recommendation.objects.filter(connection_id__in=shown_connections(wanted.tag))
    for word in wanted.q.lower().split():
        matching = [one.id for one in CRITERIA if word in f"{one.id} {one.title}".lower()]
        found = found.filter(
            Q(arn__icontains=word) | Q(account_name__icontains=word) | Q(criterion__in=matching)
        )
    for column, given in (
        ("connection_id", wanted.connection),
        ("account_id", wanted.account),
        ("type", wanted.type),
        ("criticality", wanted.criticality),
        ("criterion", wanted.criterion),
        ("state", "" if wanted.state == "any" else wanted.state),
    ):
        if given:
            found = found.filter(**{f"{column}__in": given.split(",")})
    return _in_time(found, _day(wanted.found), _day(wanted.resolved))


def _in_time(
    rows: QuerySet[Recommendation], found: datetime | None, resolved: datetime | None
) -> QuerySet[Recommendation]:
    if found:
        since = Q(first_seen__gte=found) | Q(reopened_at__gte=found)
        rows = rows.filter(since).exclude(state=State.WITHDRAWN)
    return rows.filter(state=State.FOLLOWED, resolved_at__gte=resolved) if resolved else rows


@dataclass(frozen=True, slots=True)
class Listed:
    """A criterion with its counts, as they are filtered."""

    criterion: Criterion
    criticality: str
    """Of the security policy for all, or for the connection that is filtered by."""
    enabled: bool
    counts: Mapping[str, int]
    """By state."""

    @property
    def suggested(self) -> int:
        return self.counts.get(State.SUGGESTED, 0)

    @property
    def acknowledged(self) -> int:
        return self.counts.get(State.ACKNOWLEDGED, 0)

    @property
    def followed(self) -> int:
        return self.counts.get(State.FOLLOWED, 0)


Tally = Mapping[tuple[str, str, str], int]
"""Counts by criterion, criticality and state."""


def tally(found: QuerySet[Recommendation]) -> Tally:
    """All the counts of a page by one look at the index `recommendation_tally`."""
    rows = found.order_by().values_list("criterion", "criticality", "state").annotate(count=Count("*"))
    return {(criterion, criticality, state): count for criterion, criticality, state, count in rows}


def by_criterion(counted: Tally, connection_id: str) -> list[Listed]:
    """All criteria, those with the gravest and most suggestions first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (criterion, _, state), count in counted.items():
        counts[criterion][state] += count
    settings = settings_of(connection_id)
    listed = [
        Listed(one, settings.of(one).criticality, settings.of(one).enabled, counts[one.id])
        for one in CRITERIA
    ]
    return sorted(
        listed, key=lambda one: (not one.suggested, CRITICALITIES.index(one.criticality), -one.suggested)
    )


def by_criticality(counted: Tally) -> Sequence[tuple[str, Mapping[str, int]]]:
    """Counts by state, for each criticality."""
    counts: dict[str, Counter[str]] = {one: Counter() for one in CRITICALITIES}
    for (_, criticality, state), count in counted.items():
        counts.setdefault(criticality, Counter())[state] += count
    return list(counts.items())
