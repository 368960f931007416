"""A policy that stands in one identity alone: it has no versions, and no list shows where it is used."""

from __future__ import annotations

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    fails,
    passes,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, _around: Around) -> Judgement:
    found = few(
        (Evidence(f"`{one.words}`", one.words, one.document or "") for one in subject.inline), "policies"
    )
    return fails(*found) if found else passes()


CRITERION = Criterion(
    id="inline-policy",
    title="Inline policy",
    types=("user", "role", "group"),
    why="An inline policy is copied from identity to identity, has no versions to go back to, and goes unseen by whoever looks through the account's policies.",
    fix=Fix(
        console="IAM > Policies > Create policy with the same JSON, attach it to {name}; then IAM > {name} > Permissions: remove the inline policy {policy}.",
        cli="aws iam get-{type}-policy --{type}-name {name} --policy-name {policy} --query PolicyDocument > policy.json\naws iam create-policy --policy-name {policy} --policy-document file://policy.json\naws iam attach-{type}-policy --{type}-name {name} --policy-arn arn:{partition}:iam::{account}:policy/{policy}\naws iam delete-{type}-policy --{type}-name {name} --policy-name {policy}",
        terraform='resource "aws_iam_policy" "policy" {\n  name   = {policy}\n  policy = file("policy.json")\n}\n# attach it to {name} with an aws_iam_user_policy_attachment, aws_iam_role_policy_attachment or\n# aws_iam_group_policy_attachment instead of the aws_iam_user_policy, aws_iam_role_policy or aws_iam_group_policy',
    ),
    criticality="low",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "AC-6"), iso=("A.5.15", "A.5.18")),
    judge=judge,
)
