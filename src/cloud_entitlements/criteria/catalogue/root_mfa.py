"""An account's root that a password alone opens."""

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
from cloud_entitlements.criteria.root import can_never_sign_in, has_password, is_managed_centrally
from cloud_entitlements.criteria.subject import Around, Subject

_SIGNS_IN = {True: ", which has a password", False: ", which can ask for a password by e-mail", None: ""}


def judge(subject: Subject, around: Around) -> Judgement:
    enabled = _enabled(subject, around)
    if enabled is None:
        return unknown("neither the account summary nor the credential report tells of root")
    if enabled:
        return passes(Evidence(f"MFA is active for root{_devices(subject)}"))
    if can_never_sign_in(subject):
        return not_applicable("root of an account in GovCloud can't sign in to the console")
    return _without(subject, around)


def _without(subject: Subject, around: Around) -> Judgement:
    """Root without a password asks for a new one by e-mail, unless its organization keeps it from that."""
    managed, password = is_managed_centrally(subject, around), has_password(subject, around)
    if managed and password is False:
        return not_applicable(
            "root credentials were removed centrally: root has no password, and can't recover one"
        )
    if managed and password is None:
        return unknown(
            "root credentials are managed centrally; whether this root still has a password is not told"
        )
    if managed is None and password is False:
        return unknown("root has no password; whether it can recover one was not read")
    return fails(Evidence(f"no MFA device is active for root{_SIGNS_IN[password]}", at=_at(around)))


def _enabled(subject: Subject, around: Around) -> bool | None:
    """The summary is of now, the report up to four hours old."""
    summary = around.account.summary.get("AccountMFAEnabled")
    if summary is not None:
        return summary > 0
    return None if subject.report is None else subject.report.get("mfa_active", "").lower() == "true"


def _devices(subject: Subject) -> str:
    listed = ", ".join(f"`{one['serial_number']}`" for one in subject.mfa_devices)
    return f": {listed}" if listed else ""


def _at(around: Around) -> str:
    collected = around.account.collected_at
    return collected.get("account_summary", "") or collected.get("credential_report", "")


CRITERION = Criterion(
    id="root-mfa",
    title="Root without MFA",
    types=("root",),
    why="Root owns the account, and its password can be asked for anew by e-mail. A second factor is what stands between the mailbox and the account.",
    fix=Fix(
        console="Sign in as root of {account} > Security credentials > Assign MFA device (a passkey or security key). Better for a member account: IAM of the management account > Root access management > enable it, then {account} > Delete root user credentials.",
        cli="# from the management account: members need no root credentials at all\naws organizations enable-aws-service-access --service-principal iam.amazonaws.com\naws iam enable-organizations-root-credentials-management\naws sts assume-root --region us-east-1 --target-principal {account} --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials\n# with the credentials that it prints\naws iam delete-login-profile",
        terraform='# a device of root is outside of Terraform; members need no root credentials at all:\nresource "aws_iam_organizations_features" "root" {\n  enabled_features = ["RootCredentialsManagement"]\n}',
    ),
    criticality="high",
    needs=(),
    uses=("account_summary", "credential_report", "mfa_devices"),
    standards=Standards(cis=("1.5",), nist=("IA-2(1)", "AC-6"), iso=("A.5.17", "A.8.2", "A.8.5")),
    judge=judge,
)
