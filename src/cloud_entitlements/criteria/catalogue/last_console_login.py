"""A password that nobody signs in with is a door that nobody looks at."""

from __future__ import annotations

from cloud_entitlements.criteria.console_password import has_password
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


def judge(subject: Subject, around: Around) -> Judgement:
    report = has_password(subject.report)
    if isinstance(report, Judgement):
        return report
    login = when(report.get("password_last_used"))
    # AWS forgets nothing here: without a date nobody signed in, since 2014 at least
    since = login or when(report.get("password_last_changed"))
    if since is None:
        return unknown(
            "the credential report says neither when the user signed in nor when the password was set"
        )
    days = (around.now - since).days
    told = (
        f"last signed in {days} days ago"
        if login
        else f"never signed in; the password was set {days} days ago"
    )
    found = Evidence(told, at=since.isoformat())
    return fails(found) if around.period is not None and around.now - since > around.period else passes(found)


CRITERION = Criterion(
    id="last-console-login",
    title="Unused console password",
    types=("user",),
    why="A password that its owner does not use any more can be guessed or bought, and nobody would notice.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials > Console sign-in > Manage console access > Disable.",
        cli="aws iam get-login-profile --user-name {name}\naws iam delete-login-profile --user-name {name}",
        terraform="# remove the aws_iam_user_login_profile of {name}",
    ),
    criticality="medium",
    needs=("authorization_details", "credential_report"),
    standards=Standards(cis=("1.12",), nist=("AC-2(3)",), iso=("A.5.18",)),
    judge=judge,
    period=90,
)
