"""One identity, as its page and the drawer show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.criteria import CRITERIA, Criterion
from cloud_entitlements.criteria.exempt import EXEMPTIONS
from cloud_entitlements.server.identities.listing import shown_connections
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations.models import Recommendation

_BY_ID = {one.id: one for one in CRITERIA}
_WHY_EXEMPT = {one.id: one.why for one in EXEMPTIONS}


@dataclass(frozen=True, slots=True)
class Recommended:
    recommendation: Recommendation
    criterion: Criterion


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion that neither fails nor simply passes."""

    criterion: Criterion
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class One:
    row: Identity
    analysis: Analysis
    suggested: Sequence[Recommended]
    """The most critical first."""
    acknowledged: Sequence[Recommended]
    others: Sequence[Judged]
    """Contained and unknown."""

    @property
    def why_exempt(self) -> str:
        return _WHY_EXEMPT.get(self.row.exempt, "")


def find(arn: str, connection_id: str = "") -> One | None:
    """Of the connection, else of any that is shown; None: there is none."""
    rows = Identity.objects.filter(arn=arn, connection_id__in=shown_connections())
    row = (rows.filter(connection_id=connection_id) if connection_id else rows).order_by("id").first()
    if row is None:
        return None
    mine = Recommendation.objects.filter(connection_id=row.connection_id, arn=arn).order_by(
        "rank", "criterion"
    )
    return One(
        row,
        Analysis.objects.get(connection_id=row.connection_id),
        [_recommended(one) for one in mine if one.state == "suggested" and one.criterion in _BY_ID],
        [_recommended(one) for one in mine if one.state == "acknowledged" and one.criterion in _BY_ID],
        list(_judged(row.judged)),
    )


def _recommended(one: Recommendation) -> Recommended:
    return Recommended(one, _BY_ID[one.criterion])


def _judged(given: dict[str, Any]) -> Sequence[Judged]:
    return [
        Judged(_BY_ID[id_], told["verdict"], told["why"])
        for id_, told in given.items()
        if id_ in _BY_ID and told["verdict"] in ("contained", "unknown")
    ]
