"""All that Home tells, for page, paper and API alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from cloud_entitlements.server.connections.identities import Identities, identities_of
from cloud_entitlements.server.home.figures import LATELY, Figures, figures
from cloud_entitlements.server.home.over_time import Day, Health, Lately, days, health, history, lately
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.identities.coverage import Covered, covered
from cloud_entitlements.server.recommendations import commands
from cloud_entitlements.server.recommendations.models import Recommendation


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


def told(scope: Scope) -> Told:
    commands.expire()
    now = timezone.now()
    ids, today = scope.connections(), now.date()
    asked = Recommendation.objects.filter(connection_id__in=ids)
    counted, past = figures(scope, ids, today), history(ids, today)
    return Told(
        now,
        scope,
        covered(scope.connection, scope.tag),
        identities_of(ids),
        counted,
        health(ids, past, today, LATELY),
        days(past),
        lately(asked, counted.since, today),
    )
