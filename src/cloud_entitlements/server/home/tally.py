"""What Home counts, by one look at the recommendations and one at the identities: indexes cover both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations.models import Recommendation


@dataclass(frozen=True, slots=True)
class Recommended:
    """How many recommendations are alike in all of this."""

    connection_id: str
    account_id: str
    type: str
    criticality: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Vulnerable:
    """How many identities are alike in the first four; and of those that something is suggested to."""

    connection_id: str
    account_id: str
    type: str
    impact: str
    account_name: str
    every: int
    count: int
    """To whom something is suggested."""
    high: int
    """To whom something of this criticality is suggested, here and below."""
    medium: int
    low: int


def recommendations(asked: QuerySet[Recommendation]) -> Sequence[Recommended]:
    alike = ("connection_id", "account_id", "type", "criticality", "state")
    rows = asked.order_by().values_list(*alike).annotate(found=Count("*"))
    return [Recommended(*row) for row in rows]


def identities(those: QuerySet[Identity]) -> Sequence[Vulnerable]:
    bad = Q(weight__gt=0)
    rows = those.order_by().values_list("connection_id", "account_id", "type", "impact")
    counted = rows.annotate(
        named=Max("account_name"),
        every=Count("*"),
        bad=Count("weight", bad),
        highs=Count("weight", bad & Q(high__gt=0)),
        mediums=Count("weight", bad & Q(medium__gt=0)),
        lows=Count("weight", bad & Q(low__gt=0)),
    )
    return [Vulnerable(*row) for row in counted]


def by(rows: Iterable[Recommended | Vulnerable], column: str, counted: str = "count") -> Counter[str]:
    found: Counter[str] = Counter()
    for one in rows:
        found[getattr(one, column)] += getattr(one, counted)
    return found
