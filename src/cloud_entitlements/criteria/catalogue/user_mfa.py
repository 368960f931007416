"""A password alone opens the console to whoever guesses, finds or phishes it."""

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
)
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, _around: Around) -> Judgement:
    if subject.mfa_devices:
        listed = ", ".join(f"`{one['serial_number']}`" for one in subject.mfa_devices)
        return passes(Evidence(f"MFA device {listed}"))
    if subject.report is not None and subject.report.get("mfa_active") == "true":
        return passes(Evidence("the credential report says that MFA is active"))
    report = has_password(subject.report)
    if isinstance(report, Judgement):
        return report
    return fails(
        Evidence("a console password, and no MFA device", at=report.get("password_last_changed", ""))
    )


CRITERION = Criterion(
    id="user-mfa",
    title="User without MFA",
    types=("user",),
    why="A console password alone opens the account to whoever guesses, finds or phishes it; a second factor stops most of that.",
    fix=Fix(
        console="The user signs in > name at the top right > Security credentials > Assign MFA device; an administrator finds the same under IAM > Users > {name} > Security credentials. Better: remove the password, and let the person sign in through Identity Center.",
        cli="aws iam create-virtual-mfa-device --virtual-mfa-device-name {name} --outfile {name}.png --bootstrap-method QRCodePNG\n# the person scans the picture, and gives two codes in a row\naws iam enable-mfa-device --user-name {name} --serial-number arn:{partition}:iam::{account}:mfa/{name} --authentication-code1 FIRST --authentication-code2 SECOND\n# or, where nobody needs the console\naws iam delete-login-profile --user-name {name}",
        terraform='# Terraform makes the device; the person enables it, with two codes in a row\nresource "aws_iam_virtual_mfa_device" "mfa" {\n  virtual_mfa_device_name = {name}\n}\n# or remove the aws_iam_user_login_profile of {name}',
    ),
    criticality="high",
    needs=("authorization_details", "credential_report", "mfa_devices"),
    standards=Standards(cis=("1.10",), nist=("IA-2(1)", "IA-2(2)"), iso=("A.5.17", "A.8.5")),
    judge=judge,
)
