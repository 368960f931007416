"""Services that an identity may use and does not: what nobody would miss but an attacker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    contained,
    fails,
    not_applicable,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.limits import stopped_by
from cloud_entitlements.criteria.score import UsedAt, services_used
from cloud_entitlements.criteria.services import actions_of_service, by_gravity, services_in
from cloud_entitlements.criteria.subject import Around, Row, Subject

FRESH = timedelta(days=2)
"""An answer of AWS older than this may be true no more: identities are asked about daily."""
NOT_SEEN = "AWS does not see what policies of resources allow, roles that are passed (`iam:PassRole`), nor which data was touched (data events)"


def judge(subject: Subject, around: Around) -> Judgement:
    accessed = subject.last_accessed
    asked = when(accessed["asked_at"]) if accessed else None
    if accessed is None or asked is None or around.period is None:
        return unknown("AWS was not asked yet when its services were used last")
    found = _judge(subject, around, accessed, asked - around.period)
    return replace(found, stale_since=accessed["asked_at"]) if around.now - asked > FRESH else found


def _judge(subject: Subject, around: Around, accessed: Row, since: datetime) -> Judgement:
    """`since`: where the period begins that ended when AWS was asked."""
    if subject.created_at is not None and subject.created_at >= since:
        return not_applicable(f"it is no older than the period: made at {subject.created_at.isoformat()}")
    used = services_used(accessed)
    if not used:
        return not_applicable("its policies grant no service")
    unused = by_gravity(one for one, at in used.items() if at is None or at < since)
    if not unused:
        return passes(Evidence(f"used all {len(used)} services since {since.date()}"))
    left = [one for one in unused if _is_held(one, subject)]
    if not left:
        takers = around.taken_by(subject, actions(*(f"{one}:*" for one in unused)))
        return contained(stopped_by(takers), *_evidence(unused, used, since))
    return fails(*_evidence(left, used, since))


def _is_held(service: str, subject: Subject) -> bool:
    """AWS looks at permission policies alone. What it lists is believed where the policies or the catalogue don't say."""
    unknown_here = bool(subject.unread) or service not in actions_of_service()
    return unknown_here or service in services_in(subject.reach.possible)


def _evidence(unused: Sequence[str], used: UsedAt, since: datetime) -> Iterator[Evidence]:
    yield Evidence(f"{len(unused)} of {len(used)} services not used since {since.date()}")
    yield from few((_of(one, used[one]) for one in unused), "services")
    yield Evidence(NOT_SEEN)


def _of(service: str, at: datetime | None) -> Evidence:
    if at is None:
        return Evidence(f"`{service}` never in 400 days")
    return Evidence(f"`{service}` last used {at.date()}", at=at.isoformat())


CRITERION = Criterion(
    id="overprivileged-services",
    title="Granted services that are not used",
    types=("user", "role"),
    why="A service that is granted and never used serves nobody but whoever gets hold of the identity.",
    fix=Fix(
        console="IAM > {name} > Access Advisor lists the services by last use. Remove those from the policies that grant them; deny them first where you are not sure, and wait.",
        cli="aws iam generate-service-last-accessed-details --arn {arn}\n# with the JobId that it prints\naws iam get-service-last-accessed-details --job-id JOB_ID\n# where you are not sure: deny the services in deny.json first, and wait\naws iam put-{type}-policy --{type}-name {name} --policy-name deny-unused --policy-document file://deny.json",
        terraform='# where you are not sure: attach this to {name} first, and wait\ndata "aws_iam_policy_document" "deny_unused" {\n  statement {\n    effect    = "Deny"\n    actions   = ["SERVICE:*"]\n    resources = ["*"]\n  }\n}',
    ),
    criticality="medium",
    needs=("authorization_details", "last_accessed"),
    standards=Standards(nist=("AC-2(3)", "AC-6", "AC-6(7)"), iso=("A.5.18", "A.8.2")),
    judge=judge,
    period=90,
)
