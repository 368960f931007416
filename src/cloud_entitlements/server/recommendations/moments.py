"""How long moments are kept: every snapshot's for a while, then one a day, then none. Nothing else has a history of counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber, TruncDate

from cloud_entitlements.server.recommendations.models import Moment

EVERY = timedelta(days=14)
"""Younger than this all are kept; beyond it, the last of each day."""
LONGEST = timedelta(days=400)
_AT_ONCE = 500


def prune(connection_id: str, now: datetime) -> int:
    """Of one connection, seen from its latest snapshot; returns how many went."""
    mine = Moment.objects.filter(connection_id=connection_id)
    too_old, _ = mine.filter(at__lt=now - LONGEST).delete()
    place = Window(RowNumber(), partition_by=TruncDate("at"), order_by=F("at").desc())
    numbered = mine.filter(at__lt=now - EVERY).annotate(place=place)
    surplus = list(numbered.filter(place__gt=1).values_list("id", flat=True))
    for start in range(0, len(surplus), _AT_ONCE):
        Moment.objects.filter(id__in=surplus[start : start + _AT_ONCE]).delete()
    return too_old + len(surplus)
