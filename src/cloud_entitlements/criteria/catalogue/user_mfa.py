"""A password alone opens the console to whoever guesses, finds or phishes it."""

from __future__ import annotations

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    not_applicable,
    passes,
    unknown,
)
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, _around: Around) -> Judgement:
    report = subject.report
    if subject.mfa_devices:
        listed = ", ".join(f"`{one['serial_number']}`" for one in subject.mfa_devices)
        return passes(Evidence(f"MFA device {listed}"))
    if report is None:
        return unknown("the user is younger than the credential report")
    if report.get("mfa_active") == "true":
        return passes(Evidence("the credential report says that MFA is active"))
    if report.get("password_enabled") == "false":
        return not_applicable("the user has no console password")
    return fails(
        Evidence("a console password, and no MFA device", at=report.get("password_last_changed", ""))
    )


CRITERION = Criterion(
    id="user-mfa",
    title="User without MFA",
    types=("user",),
    why="A console password alone opens the account to whoever guesses, finds or phishes it; a second factor stops most of that.",
    fix=Fix(
        console="IAM > Users > {name} > Security credentials > Assign MFA device; better: remove the password and let the person sign in through Identity Center.",
        cli="aws iam create-virtual-mfa-device --virtual-mfa-device-name {name} --outfile {name}.png --bootstrap-method QRCodePNG",
        terraform='resource "aws_iam_virtual_mfa_device" "mfa" {\n  virtual_mfa_device_name = {name}\n}',
    ),
    criticality="high",
    needs=("authorization_details", "credential_report", "mfa_devices"),
    standards=Standards(cis=("1.10",), nist=("IA-2(1)", "IA-2(2)"), iso=("A.5.17", "A.8.5")),
    judge=judge,
)
