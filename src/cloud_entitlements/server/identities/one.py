"""One identity, as its page and the drawer show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cloud_entitlements.criteria import CRITERIA, Criterion
from cloud_entitlements.criteria.exempt import EXEMPTIONS
from cloud_entitlements.server.identities.listing import shown_connections
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations.models import Recommendation
from cloud_entitlements.server.recommendations.policies import settings_of
from cloud_entitlements.server.recommendations.shown import BECAUSE

_BY_ID = {one.id: one for one in CRITERIA}
_WHY_EXEMPT = {one.id: one.why for one in EXEMPTIONS}


@dataclass(frozen=True, slots=True)
class Recommended:
    recommendation: Recommendation
    criterion: Criterion

    @property
    def because(self) -> str:
        """Why it is past; empty: it is not."""
        return BECAUSE.get(self.recommendation.resolved_because, "")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a criterion says, where it recommends nothing."""

    criterion: Criterion
    verdict: str
    """`contained`, `unknown`, `not_applicable`, `passes`; `fails` of an identity that is exempt."""
    why: str
    evidence: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class One:
    row: Identity
    analysis: Analysis
    suggested: Sequence[Recommended]
    """The most critical first."""
    acknowledged: Sequence[Recommended]
    past: Sequence[Recommended]
    """Followed, or no longer asked; the latest first."""
    others: Sequence[Judged]
    """Contained and unknown."""

    @property
    def because(self) -> str:
        """What gives it its impact."""
        return self.row.impact_because.partition("because: ")[2]

    @property
    def why_exempt(self) -> str:
        return _WHY_EXEMPT.get(self.row.exempt, "")


def find(arn: str, connection_id: str = "") -> One | None:
    """Of the connection, else of any that is shown; None: there is none."""
    rows = Identity.objects.filter(arn=arn, connection_id__in=shown_connections())
    row = (rows.filter(connection_id=connection_id) if connection_id else rows).order_by("id").first()
    if row is None:
        return None
    account = {"connection_id": row.connection_id, "account_id": row.account_id}  # there is an index of both
    mine = Recommendation.objects.filter(**account, arn=arn).order_by("rank", "criterion")
    known = [_recommended(one) for one in mine if one.criterion in _BY_ID]
    past = [one for one in known if one.recommendation.resolved_at]
    return One(
        row,
        Analysis.objects.get(connection_id=row.connection_id),
        [one for one in known if one.recommendation.state == "suggested"],
        [one for one in known if one.recommendation.state == "acknowledged"],
        sorted(past, key=lambda one: str(one.recommendation.resolved_at), reverse=True),
        [one for one in _judged(row.judged) if one.verdict in ("contained", "unknown")],
    )


def _recommended(one: Recommendation) -> Recommended:
    return Recommended(one, _BY_ID[one.criterion])


def _judged(given: dict[str, Any]) -> Sequence[Judged]:
    return [
        Judged(_BY_ID[id_], told["verdict"], told["why"], told.get("evidence", ()))
        for id_, told in given.items()
        if id_ in _BY_ID
    ]


_ORDER = ("fails", "contained", "unknown", "passes", "not_applicable")


def judged(one: One) -> Sequence[Judged]:
    """By every criterion that is asked of it and recommends nothing: what it is stopped at, what is unknown, what it passes."""
    asked = settings_of(one.row.connection_id).asked(CRITERIA)
    told = {found.criterion.id: found for found in _judged(one.row.judged)}
    suggested = {found.criterion.id for found in (*one.suggested, *one.acknowledged)}
    found = (
        told.get(criterion.id) or Judged(criterion, "passes", "")
        for criterion in asked
        if one.row.type in criterion.types and criterion.id not in suggested
    )
    return sorted(found, key=lambda judgement: _ORDER.index(judgement.verdict))


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no page of it."""

    off: str
    """Name of the connection that it was found through, and that is switched off."""
    near: Sequence[Identity]
    """With a name like it."""


MOST_NEAR = 8


def missing(arn: str) -> Missing:
    shown = shown_connections()
    hidden = Identity.objects.filter(arn=arn).exclude(connection_id__in=shown).first()
    if hidden is not None:
        name = (
            Analysis.objects.filter(connection_id=hidden.connection_id).values_list("name", flat=True).first()
        )
        return Missing(name or hidden.connection_id, ())
    return Missing("", list(_near(arn, shown)))


def _near(arn: str, shown: Sequence[str]) -> Iterator[Identity]:
    name = arn.rpartition("/")[2].rpartition(":")[2].strip().lower()[:200]
    if not name:
        return
    alike = Q(name__iexact=name) | Q(search__contains=name)
    rows = Identity.objects.filter(alike, connection_id__in=shown).order_by("name", "id")[:100]
    yield from sorted(rows, key=lambda row: (row.name.lower() != name, len(row.name)))[:MOST_NEAR]
