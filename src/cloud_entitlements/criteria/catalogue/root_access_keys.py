"""Keys of an account's root: nothing that they do can be forbidden in the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
from cloud_entitlements.criteria.root import active_keys, has_password, is_managed_centrally, keys_present
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    present = keys_present(subject, around)
    if present is None:
        return unknown("neither the account summary nor the credential report tells of root")
    if present:
        return fails(*_evidence(subject, around))
    if is_managed_centrally(subject, around) and has_password(subject, around) is False:
        return not_applicable("root credentials were removed centrally: root has neither password nor keys")
    return passes(Evidence("root has no access keys"))


def _evidence(subject: Subject, around: Around) -> Iterator[Evidence]:
    count = around.account.summary.get("AccountAccessKeysPresent")
    if count:
        at = around.account.collected_at.get("account_summary", "")
        yield Evidence(f"the account summary says AccountAccessKeysPresent: {count}", at=at)
    for number in active_keys(subject):
        yield _key(subject.report or {}, number)
    if is_managed_centrally(subject, around):
        yield Evidence("root credentials are managed centrally, and these were not removed")


def _key(report: Mapping[str, str], number: int) -> Evidence:
    made, used = (report.get(f"access_key_{number}_{one}", "") for one in ("last_rotated", "last_used_date"))
    when = f"last used {used}" if used[:4].isdigit() else "never used"
    return Evidence(
        f"access key {number} of root is active, made {made or 'at an unknown time'}, {when}", at=made
    )


CRITERION = Criterion(
    id="root-access-keys",
    title="Root with access keys",
    types=("root",),
    why="Root's keys may do everything, and no policy of the account can take any of it from them. Nothing needs them.",
    fix=Fix(
        console="Sign in as root of {account} > Security credentials > Access keys: deactivate, wait whether something stops, delete. For a member account with root access management: IAM of the management account > Root access management > {account} > Delete root user credentials.",
        cli="# with root credentials of {account}\naws iam list-access-keys\naws iam update-access-key --access-key-id {key} --status Inactive\naws iam delete-access-key --access-key-id {key}\n# or, for a member account, from the management account\naws sts assume-root --region us-east-1 --target-principal {account} --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials\n# with the credentials that it prints\naws iam list-access-keys\naws iam delete-access-key --access-key-id {key}",
        terraform='# keys of root are outside of Terraform; keep new ones from being made in member accounts:\nresource "aws_iam_organizations_features" "root" {\n  enabled_features = ["RootCredentialsManagement"]\n}',
    ),
    criticality="high",
    needs=(),
    uses=("account_summary", "credential_report"),
    standards=Standards(cis=("1.4",), nist=("AC-6", "IA-5"), iso=("A.5.17", "A.8.2")),
    judge=judge,
)
