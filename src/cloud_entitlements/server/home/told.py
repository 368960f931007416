"""All that Home tells, for page, paper and API alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from cloud_entitlements.server.connections.identities import Identities, identities_of
from cloud_entitlements.server.connections.refusals import NotFound, NotReady
from cloud_entitlements.server.home.figures import Figures, figures, recommended
from cloud_entitlements.server.home.over_time import Day, Health, Lately, days, health, history, lately
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.identities.coverage import Covered, covered
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations import commands

LATELY = 7
"""Days, today included."""


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    scope: Scope
    covered: Covered
    known: Identities
    """Of how many accounts the identities are known at all."""
    figures: Figures
    health: Health
    days: Sequence[Day]
    lately: Sequence[Lately]

    @property
    def nothing_read(self) -> bool:
        return _nothing_read(self.known, self.figures.people.identities.count)


def _nothing_read(known: Identities, identities: int) -> bool:
    """A root user is known of every account, whether anything could be read there or not."""
    return not known.known if known.accounts else not identities


def refuse_unknown(scope: Scope) -> None:
    """Raises NotFound where the filters leave nothing, NotReady where nothing is known yet: no number would be true."""
    ids = scope.connections()
    if not ids and scope.filtered:
        raise NotFound("no connection whose identities are known has this tag or id", "leave the filter out")
    if not ids:
        text = "nothing was judged yet"
        raise NotReady(
            "nothing_judged", text, "connect an organization, or import files, and wait for the analysis"
        )
    if _nothing_read(identities_of(ids), Identity.objects.filter(connection_id__in=ids).count()):
        text = "no account could be read: its identities are unknown"
        raise NotReady("nothing_read", text, "see the gaps of the connection")


def told(scope: Scope) -> Told:
    commands.expire()
    now = timezone.now()
    ids, today = scope.connections(), now.date()
    week = lately(recommended(ids), today - timedelta(days=LATELY - 1), today)
    counted, past = figures(scope, ids, week), history(ids, today)
    return Told(
        now,
        scope,
        covered(scope.connection, scope.tag),
        identities_of(ids),
        counted,
        health(ids, past, today, LATELY),
        days(past),
        week,
    )
