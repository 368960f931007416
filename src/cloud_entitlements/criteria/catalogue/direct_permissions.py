"""Permissions given to one user by name, where a group would show who has them."""

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
    attached = [
        Evidence(f"`{one.words}` is attached", one.words, one.document or "") for one in subject.attached
    ]
    inline = [Evidence(f"`{one.words}`", one.words, one.document or "") for one in subject.inline]
    found = few((*attached, *inline), "policies")
    return fails(*found) if found else passes()


CRITERION = Criterion(
    id="direct-permissions",
    title="Permissions attached to a user",
    types=("user",),
    why="Permissions that hang on single users drift apart, and nobody sees who has what. Groups, or better roles, say it in one place.",
    fix=Fix(
        console="IAM > User groups > Create group: attach {policy} to it and add {name}; then IAM > Users > {name} > Permissions: remove {policy}.",
        cli="aws iam create-group --group-name {group}\n{give_to_group}\naws iam add-user-to-group --group-name {group} --user-name {name}\n{take_away}",
        terraform='resource "aws_iam_group" "group" {\n  name = {group}\n}\n\n{group_policy}\n\nresource "aws_iam_user_group_membership" "member" {\n  user   = {name}\n  groups = [aws_iam_group.group.name]\n}\n# and remove the aws_iam_user_policy_attachment, or the aws_iam_user_policy',
    ),
    criticality="low",
    needs=("authorization_details",),
    standards=Standards(cis=("1.15",), nist=("AC-3(7)", "AC-6"), iso=("A.5.15", "A.5.18")),
    judge=judge,
)
