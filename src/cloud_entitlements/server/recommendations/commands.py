"""What a person changes here, for page, terminal and API alike: acknowledgements, and security policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.criteria import CRITERIA, CRITICALITIES, Criterion, Setting, Settings
from cloud_entitlements.server.connections.refusals import Invalid, NotFound
from cloud_entitlements.server.identities.filters import is_text, shown
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.identities.rows import weight_of
from cloud_entitlements.server.recommendations import due, life
from cloud_entitlements.server.recommendations.models import Recommendation, SecurityPolicy
from cloud_entitlements.server.recommendations.policies import EVERYWHERE, settings_of

LONGEST_REASON = 2000
LONGEST_PERIOD = 3650
_AT_ONCE = 500


def criterion(id_: str) -> Criterion:
    """Raises NotFound."""
    found = next((one for one in CRITERIA if one.id == id_), None)
    if found is None:
        raise NotFound(f"there is no criterion `{id_}`", "see `ciem criteria list`")
    return found


def acknowledge(chosen: QuerySet[Recommendation], reason: str, until: datetime | None, by: str) -> int:
    """Those of `chosen` that are open; returns how many. Raises Invalid."""
    _refuse_reason(reason)
    if until is not None and until <= timezone.now():
        text, fix = (
            f"`{until:%Y-%m-%d}` is past",
            "name a day that is to come, or none: then it holds until you undo it",
        )
        raise Invalid({"until": Problem("past", text, fix)})
    values = {
        "state": life.State.ACKNOWLEDGED,
        "reason": reason.strip(),
        "acknowledged_at": timezone.now(),
        "acknowledged_until": until,
        "acknowledged_by": by,
    }
    return _change(chosen.filter(state__in=life.OPEN), values)


def _refuse_reason(reason: str) -> None:
    if not reason.strip():
        fix = "say why it may stay as it is: whoever reads it later knows nothing else"
        raise Invalid({"reason": Problem("empty", "a reason is missing", fix)})
    if len(reason) > LONGEST_REASON:
        text = f"the reason has {len(reason)} characters, and may have {LONGEST_REASON}"
        raise Invalid({"reason": Problem("too_long", text, "shorten it, or name where it is written down")})
    if not is_text(reason):
        fix = "leave NUL and halves of surrogate pairs out"
        raise Invalid({"reason": Problem("malformed", "the reason holds what is no text", fix)})


def day(text: str) -> datetime | None:
    """`YYYY-MM-DD`, where it begins in UTC; empty: none. Raises Invalid."""
    if not text.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time.min, UTC)
    except ValueError as error:
        told = f"`{shown(text)[:40]}` is no day"
        raise Invalid(
            {"until": Problem("malformed", told, "give it as YYYY-MM-DD, or leave it out")}
        ) from error


def unacknowledge(chosen: QuerySet[Recommendation]) -> int:
    """Suggested again at once."""
    values = {
        "state": life.State.SUGGESTED,
        "reason": "",
        "acknowledged_at": None,
        "acknowledged_until": None,
        "acknowledged_by": "",
        "reopened_at": timezone.now(),
    }
    return _change(chosen.filter(state=life.State.ACKNOWLEDGED), values)


def expire() -> int:
    """Acknowledgements whose time is over are suggested again. Cheap when there are none."""
    over = Recommendation.objects.filter(
        state=life.State.ACKNOWLEDGED, acknowledged_until__lte=timezone.now()
    )
    return unacknowledge(over) if over.exists() else 0


def _change(chosen: QuerySet[Recommendation], values: Mapping[str, object]) -> int:
    with transaction.atomic():
        whose = list(chosen.values_list("id", "connection_id", "arn"))
        for start in range(0, len(whose), _AT_ONCE):
            ids = [id_ for id_, _, _ in whose[start : start + _AT_ONCE]]
            Recommendation.objects.filter(id__in=ids).update(**values)
        recount((connection_id, arn) for _, connection_id, arn in whose)
    return len(whose)


def recount(whose: Iterable[tuple[str, str]]) -> None:
    """Brings the counts of these identities to what is suggested now."""
    by_connection: dict[str, set[str]] = defaultdict(set)
    for connection_id, arn in whose:
        by_connection[connection_id].add(arn)
    for connection_id, arns in by_connection.items():
        listed = sorted(arns)
        for start in range(0, len(listed), _AT_ONCE):
            _recount(connection_id, listed[start : start + _AT_ONCE])


def _recount(connection_id: str, arns: Sequence[str]) -> None:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    suggested = Recommendation.objects.filter(
        connection_id=connection_id, arn__in=arns, state=life.State.SUGGESTED
    )
    for arn, criticality, count in suggested.values_list("arn", "criticality").annotate(Count("id")):
        counts[arn][criticality] = count
    rows = list(Identity.objects.filter(connection_id=connection_id, arn__in=arns))
    for row in rows:
        row.high, row.medium, row.low = (counts[row.arn].get(one, 0) for one in CRITICALITIES)
        row.weight = weight_of(row.high, row.medium, row.low)
        row.digest = ""
    Identity.objects.bulk_update(rows, ["high", "medium", "low", "weight", "digest"], batch_size=100)


def set_policies(connection_id: str, given: Mapping[str, Setting], by: str) -> None:
    """By id of the criterion; `connection_id` empty: everywhere. All or none is kept; then identities are judged anew, in
    the background. Raises Invalid, NotFound.
    """
    refuse_connection(connection_id)
    wrong: dict[str, Problem] = {}
    for id_, setting in given.items():
        wrong |= {f"{id_}-{name}": problem for name, problem in _problems(criterion(id_), setting).items()}
    if wrong:
        raise Invalid(wrong)
    with transaction.atomic():
        for id_, setting in given.items():
            _keep(connection_id, criterion(id_), setting, by)
    judge_again(connection_id)


def _keep(connection_id: str, found: Criterion, setting: Setting, by: str) -> None:
    """What is as it would be anyway is not kept: it follows when that changes."""
    inherited = settings_of(EVERYWHERE) if connection_id else Settings()
    if setting == inherited.of(found):
        SecurityPolicy.objects.filter(connection_id=connection_id, criterion=found.id).delete()
        return
    values = {"criticality": setting.criticality, "period": setting.period, "enabled": setting.enabled}
    SecurityPolicy.objects.update_or_create(
        connection_id=connection_id, criterion=found.id, defaults={**values, "changed_by": by}
    )


def restore(connection_id: str, id_: str = "") -> None:
    """What was set here is forgotten: of one criterion, or of all. Raises NotFound."""
    refuse_connection(connection_id)
    chosen = SecurityPolicy.objects.filter(connection_id=connection_id)
    if id_:
        chosen = chosen.filter(criterion=criterion(id_).id)
    chosen.delete()
    judge_again(connection_id)


def judge_again(connection_id: str) -> None:
    """Connections whose settings changed by it."""
    waiting = set(due.waiting())
    for one in Analysis.objects.values_list("connection_id", flat=True):
        if one in waiting and connection_id in (EVERYWHERE, one):
            due.request(one, trigger="security policy")


def refuse_connection(connection_id: str) -> None:
    """Raises NotFound."""
    known = is_text(connection_id) and Analysis.objects.filter(connection_id=connection_id).exists()
    if connection_id and not known and connection_id not in due.waiting():
        raise NotFound(
            f"there is no connection `{shown(connection_id)}` whose identities are known",
            "see `ciem snapshot list`, or set it everywhere",
        )


def _problems(found: Criterion, setting: Setting) -> dict[str, Problem]:
    wrong: dict[str, Problem] = {}
    if setting.criticality not in CRITICALITIES:
        text = f"`{setting.criticality}` is no criticality"
        wrong["criticality"] = Problem("unknown", text, "choose one of high, medium, low")
    if found.period is None and setting.period is not None:
        text = f"`{found.id}` asks for no age"
        wrong["period"] = Problem("no_period", text, "leave the period out")
    if found.period is not None and not 1 <= (setting.period or 0) <= LONGEST_PERIOD:
        text = "a period is a number of days"
        wrong["period"] = Problem("malformed", text, f"give 1 to {LONGEST_PERIOD}, usually 30, 60 or 90")
    return wrong


def changed(connection_id: str, id_: str, **given: Any) -> Setting:
    """The setting as it is, with what is given in its place. Raises NotFound."""
    return replace(settings_of(connection_id).of(criterion(id_)), **given)
