"""Where the account asks for nothing, passwords are as good as their owners.

It fails where there is no policy, or where it lets passwords be shorter than 14 characters. What else CIS asks for is said
beside it, and fails nobody.
"""

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
from cloud_entitlements.criteria.subject import Around, Row, Subject

LENGTH, REMEMBERED = 14, 24
"""CIS 1.8 and 1.9."""


def judge(subject: Subject, around: Around) -> Judgement:
    policy = around.account.password_policy
    if policy is None:
        return unknown("whether the account has a password policy was not read")
    report = has_password(subject.report)
    if isinstance(report, Judgement):
        return report
    if not policy["present"]:
        return fails(
            Evidence(
                "the account has no password policy: AWS asks for 8 characters of three kinds, and lets old passwords be used again"
            )
        )
    return _of(dict(policy["settings"] or {}))


def _of(settings: Row) -> Judgement:
    length = _number(settings, "MinimumPasswordLength")
    if length is None:
        return unknown("how long the password policy wants passwords to be was not read")
    remembered = _number(settings, "PasswordReusePrevention") or 0
    weaker = []
    if remembered < REMEMBERED:
        said = f"it remembers {remembered} passwords" if remembered else "old passwords may be used again"
        weaker = [Evidence(f"{said}; CIS asks for {REMEMBERED} to be remembered")]
    if length < LENGTH:
        short = f"passwords may have {length} characters; CIS asks for {LENGTH}"
        return fails(Evidence(short), *weaker)
    return passes(Evidence(f"passwords have {length} characters at least"), *weaker)


def _number(settings: Row, name: str) -> int | None:
    found = settings.get(name)
    return int(found) if found is not None and str(found).isdecimal() else None


CRITERION = Criterion(
    id="password-policy",
    title="Weak password policy",
    types=("user",),
    why="Without a policy of the account, a console password of eight characters will do, and may be used again for ever.",
    fix=Fix(
        console="IAM > Account settings > Password policy > Edit > Custom: a minimum length of 14, and prevent reuse of the last 24.",
        cli="# it replaces the whole policy: what is not given goes back to its default\naws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24 --require-uppercase-characters --require-lowercase-characters --require-numbers --require-symbols --allow-users-to-change-password",
        terraform='resource "aws_iam_account_password_policy" "strict" {\n  minimum_password_length        = 14\n  password_reuse_prevention      = 24\n  require_uppercase_characters   = true\n  require_lowercase_characters   = true\n  require_numbers                = true\n  require_symbols                = true\n  allow_users_to_change_password = true\n}',
    ),
    criticality="medium",
    needs=("authorization_details", "credential_report", "password_policy"),
    standards=Standards(cis=("1.8", "1.9"), nist=("IA-5(1)",), iso=("A.5.17",)),
    judge=judge,
)
