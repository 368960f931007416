"""A user whom nobody is: neither password nor key nor service was used for longer than the period."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    passes,
    unknown,
)
from cloud_entitlements.criteria.facts import when
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.uses import is_past, uses_of_user

_ASKED_DAILY = timedelta(days=2)


def judge(subject: Subject, around: Around) -> Judgement:
    latest = max(uses_of_user(subject), key=lambda one: one.at, default=None)
    if latest is not None and not is_past(latest.at, around):
        return passes(Evidence(f"the user {latest.text}", key_id=latest.key_id, at=latest.at.isoformat()))
    if subject.created_at is None:
        return unknown("when the user was made was not read")
    if not is_past(subject.created_at, around):
        return passes(Evidence("the user is younger than the period", at=subject.created_at.isoformat()))
    if subject.report is None:
        return unknown("the credential report has no line of the user")
    if subject.last_accessed is None:
        return unknown("AWS was not asked yet which services the user used")
    return _unused(subject, around, latest.at if latest else None)


def _unused(subject: Subject, around: Around, latest: datetime | None) -> Judgement:
    if latest is None:
        made = subject.created_at or around.now
        told = Evidence(f"made {(around.now - made).days} days ago, and never used", at=made.isoformat())
    else:
        told = Evidence(f"last used {(around.now - latest).days} days ago", at=latest.isoformat())
    asked_at = str((subject.last_accessed or {}).get("asked_at") or "")
    asked = when(asked_at)
    is_old = asked is None or around.now - asked > _ASKED_DAILY
    return replace(fails(told), stale_since=asked_at) if is_old else fails(told)


CRITERION = Criterion(
    id="inactive-user",
    title="Inactive user",
    types=("user",),
    why="A user that nobody uses is not missed when it is taken over. Its password and keys stay good until somebody removes them.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials: disable console access and deactivate the access keys; delete the user when nobody has asked for it after a while.",
        cli="aws iam delete-login-profile --user-name {name}\naws iam list-access-keys --user-name {name}\naws iam update-access-key --user-name {name} --access-key-id {key} --status Inactive",
        terraform="# remove the aws_iam_user {name}, its aws_iam_user_login_profile and its aws_iam_access_key",
    ),
    criticality="medium",
    needs=("authorization_details", "credential_report"),
    uses=("access_keys",),
    standards=Standards(cis=("1.12",), nist=("AC-2(3)",), iso=("A.5.16", "A.5.18")),
    judge=judge,
    period=90,
)
