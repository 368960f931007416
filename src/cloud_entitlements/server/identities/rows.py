"""A row of the read model from what the analysis says of an identity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cloud_entitlements.criteria import Assessed, Judgement
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.score import score_of
from cloud_entitlements.server.identities.models import Identity

COLUMNS = tuple(field.name for field in Identity._meta.concrete_fields if field.name != "id")  # noqa: SLF001  Django's own way
WINDOW = timedelta(days=90)
"""Of the entitlement score."""
_MOST = 32_767
WEIGHTS = {"high": 1_000_000, "medium": 1_000, "low": 1}
_ADMINISTRATOR = {
    "fails": Identity.Administrator.YES,
    "contained": Identity.Administrator.CONTAINED,
    "unknown": Identity.Administrator.UNKNOWN,
}


def row_of(
    connection_id: str, account_name: str, found: Assessed, counts: Mapping[str, int], now: datetime
) -> Identity:
    """`counts`: suggested recommendations by criticality."""
    subject, impact = found.subject, found.impact
    score = score_of(subject, now, WINDOW)
    high, medium, low = (min(counts.get(one, 0), 999) for one in ("high", "medium", "low"))
    row = Identity(
        connection_id=connection_id,
        arn=subject.arn,
        type=subject.type,
        name=subject.name,
        path=subject.path,
        account_id=subject.account_id,
        account_name=account_name,
        search=f"{subject.arn} {account_name}".lower(),
        impact=impact.letter,
        impact_points=impact.points,
        impact_because=_because(found),
        impact_least=impact.least,
        administrator=_administrator(found),
        score=score.value if score else None,
        high=high,
        medium=medium,
        low=low,
        weight=weight_of(high, medium, low),
        created_at=subject.created_at,
        last_used_at=last_used(found),
        use_known=use_known(found),
        exempt=found.exempt.id if found.exempt else "",
        stale_since=_stale(found),
        judged={id_: _record(one) for id_, one in found.judgements.items() if _told(one, found)},
    )
    row.digest = _digest(row)
    return row


def weight_of(high: int, medium: int, low: int) -> int:
    return min(high * WEIGHTS["high"] + medium * WEIGHTS["medium"] + low, 2**31 - 1)


def _because(found: Assessed) -> str:
    """Of somebody of Identity Center, with the role that gives it."""
    person = found.person
    if person is None:
        return found.impact.text
    if not person.through:
        return f"{found.impact.letter} because: no role is known that it reaches"
    account, role = person.through.split(":")[4], person.through.rpartition("/")[2]
    others = f", one of {person.roles} roles" if person.roles > 1 else ""
    return f"{found.impact.text}, as {role} in {account}{others}"


def _administrator(found: Assessed) -> str:
    if found.person is not None:
        unsure = Identity.Administrator.UNKNOWN if found.impact.least else Identity.Administrator.NO
        return Identity.Administrator.YES if found.person.administrator else unsure
    judgement = found.judgements.get("administrator")
    if found.subject.type == "root":
        return Identity.Administrator.YES
    return _ADMINISTRATOR.get(judgement.verdict if judgement else "unknown", Identity.Administrator.NO)


def last_used(found: Assessed) -> datetime | None:
    """The latest of what AWS tells: a role's last use, a password's, a key's, a service's."""
    subject, report = found.subject, found.subject.report or {}
    told = [
        subject.last_used_at,
        when(report.get("password_last_used")),
        *(when(report.get(f"access_key_{number}_last_used_date")) for number in (1, 2)),
        *(when(one["last_used_at"]) for one in subject.access_keys),
        *(when(one["at"]) for one in (subject.last_accessed or {}).get("services") or ()),
    ]
    return max((one for one in told if one), default=None)


def use_known(found: Assessed) -> bool:
    """A role says its last use itself; of users and root the credential report does, of groups the use of services."""
    subject = found.subject
    if subject.type == "role":
        return True
    told = subject.last_accessed if subject.type == "group" else subject.report
    return found.person is None and told is not None


def _stale(found: Assessed) -> datetime | None:
    since = [one.stale_since for one in found.judgements.values() if one.stale_since]
    return when(min(since)) if since else None


def _told(judgement: Judgement, found: Assessed) -> bool:
    """What fails is a recommendation, but for who is exempt; what passes needs no words, unless there is proof."""
    if judgement.verdict == "fails":
        return found.exempt is not None
    return judgement.verdict != "passes" or bool(judgement.evidence)


def _record(judgement: Judgement) -> dict[str, Any]:
    evidence = [one.text for one in judgement.evidence]
    return {
        "verdict": judgement.verdict,
        "why": judgement.why,
        **({"evidence": evidence} if evidence else {}),
    }


def _digest(row: Identity) -> str:
    told = [getattr(row, name) for name in COLUMNS if name != "digest"]
    return hashlib.sha256(json.dumps(told, default=str).encode("utf-8", "surrogatepass")).hexdigest()[:32]
