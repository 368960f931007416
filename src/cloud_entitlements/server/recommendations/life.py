"""The life of a recommendation: suggested → followed | acknowledged | withdrawn, and suggested again.

INVARIANT (K4): only what was looked at again resolves. A gap, or a judgement on what was read before, leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from cloud_entitlements.criteria import CRITICALITIES, Criticality, Evidence, Judgement
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.server.recommendations.models import Recommendation

State = Recommendation.State
OPEN = (State.SUGGESTED, State.ACKNOWLEDGED)
MENDED, IDENTITY_GONE, ACCOUNT_GONE, SWITCHED_OFF, EXEMPT, KNOWN = (
    "mended",
    "identity_gone",
    "account_gone",
    "switched_off",
    "exempt",
    "known",
)
FIELDS = (
    "state", "criticality", "rank", "evidence", "stale_since", "last_seen", "resolved_at", "resolved_because", "reopened_at",
    "acknowledged_at", "acknowledged_until", "acknowledged_by", "reason", "snapshot_id", "name", "account_name",
)  # fmt: skip


def failed(one: Recommendation, judgement: Judgement, criticality: Criticality, now: datetime) -> bool:
    """It is failed now. True: something of it changed."""
    before = _told(one)
    if one.state not in OPEN or (
        one.state == State.ACKNOWLEDGED and one.acknowledged_until and one.acknowledged_until <= now
    ):
        suggest_again(one, now)
    one.criticality, one.rank = criticality, CRITICALITIES.index(criticality)
    one.evidence = evidence_record(judgement)
    one.stale_since = when(judgement.stale_since)
    one.last_seen = None
    return _told(one) != before


def suggest_again(one: Recommendation, now: datetime) -> None:
    one.state, one.reopened_at = State.SUGGESTED, now
    one.resolved_at, one.resolved_because = None, ""
    one.acknowledged_at = one.acknowledged_until = None
    one.acknowledged_by = one.reason = ""


def passed(one: Recommendation, judgement: Judgement, now: datetime, seen: datetime) -> bool:
    """It is not failed now. `seen`: when it was seen last, where it was until now."""
    if one.state not in OPEN:
        return False
    if judgement.verdict == "unknown" or judgement.stale_since:
        return stale(one, when(judgement.stale_since) or seen, seen)
    if _names_known(one, judgement):
        resolve(one, State.WITHDRAWN, KNOWN, now, seen)
    else:
        resolve(one, State.FOLLOWED, MENDED, now, seen)
    return True


def _names_known(one: Recommendation, judgement: Judgement) -> bool:
    """An account that it named is let in as before: somebody said that it is known, and mended nothing."""
    if not judgement.known_accounts:
        return False
    named = {told.get("account_id") for told in one.evidence}
    # without a policy, the evidence says how many more there were
    return bool(named & {*judgement.known_accounts}) or any("policy" not in told for told in one.evidence)


def stale(one: Recommendation, since: datetime, seen: datetime) -> bool:
    """It can't be told: it stays as it was."""
    if one.state not in OPEN or one.stale_since is not None:
        return False
    one.stale_since, one.last_seen = since, one.last_seen or seen
    return True


def resolve(one: Recommendation, state: str, because: str, now: datetime, seen: datetime) -> None:
    one.state, one.resolved_at, one.resolved_because = state, now, because
    one.last_seen, one.stale_since = one.last_seen or seen, None


def evidence_record(judgement: Judgement) -> list[dict[str, Any]]:
    """What is empty is left out."""
    return [_full(one) for one in judgement.evidence]


def _full(evidence: Evidence) -> dict[str, Any]:
    # not `asdict`: it copies deeply, which took a twentieth of an analysis
    found = ((one, getattr(evidence, one)) for one in _EVIDENCE)
    return {name: value for name, value in found if value not in ("", None)}


_EVIDENCE = tuple(one.name for one in fields(Evidence))


def _told(one: Recommendation) -> Sequence[object]:
    return [getattr(one, name) for name in FIELDS]
