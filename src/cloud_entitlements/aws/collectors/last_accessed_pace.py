"""Whom a run asks about: a share of the account's identities, so that all come round within a day.

AWS makes a report for each identity, and asks to spread them over the day; one a day is enough, for activity shows
only after up to four hours. Those never asked about come first, the most privileged before the others; then those
whose answer is a day old, the oldest first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cloud_entitlements.aws.privilege import Identity

DAILY = timedelta(days=1)
ROUND = timedelta(hours=20)
"""Shorter than a day: it leaves room for what has to be asked again."""
SHORTEST = timedelta(minutes=15)
"""The usual pause between two runs; a longer one makes the share larger."""
LEAST, MOST = 12, 150
"""Identities of one run. At two at a time and some seconds each, the most take about five minutes."""


def share(
    identities: Mapping[str, Identity], asked: Mapping[str, datetime], at: datetime, first: Sequence[str] = ()
) -> list[str]:
    """ARNs in the order in which to ask; `asked` has the moment of the last answer, `first` whom to prefer."""
    places = {arn: place for place, arn in enumerate(first)}
    passed = max(SHORTEST, at - max(asked.values())) if asked else SHORTEST
    size = min(MOST, max(LEAST, math.ceil(len(identities) * (passed / ROUND))))
    due = [arn for arn in identities if arn not in asked or at - asked[arn] >= DAILY]

    def order(arn: str) -> tuple[float, int, int, str]:
        since = asked[arn].timestamp() if arn in asked else -math.inf
        return since, places.get(arn, len(places)), identities[arn].rank, arn

    return sorted(due, key=order)[:size]
