"""A group without anybody in it: its permissions wait for the next who is added."""

from __future__ import annotations

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
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    if subject.members:
        return passes(Evidence(f"members: {len(subject.members)}"))
    if around.account.outcomes.get("authorization_details") == "partial":
        return unknown("some users of the account were not read, and may be in it")
    held = len(subject.policies)
    made = "" if subject.created_at is None else subject.created_at.isoformat()
    return fails(Evidence(f"no members, and policies: {held}", at=made))


CRITERION = Criterion(
    id="empty-group",
    title="Empty group",
    types=("group",),
    why="Nobody looks at a group without members, and whoever is put into it later has all that it gives.",
    fix=Fix(
        console="IAM > User groups > {name}: if nobody needs it, remove its policies and delete it.",
        cli="aws iam list-attached-group-policies --group-name {name}\naws iam list-group-policies --group-name {name}\naws iam detach-group-policy --group-name {name} --policy-arn {policy}\naws iam delete-group --group-name {name}",
        terraform="# remove the aws_iam_group {name} and its attachments",
    ),
    criticality="low",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-2", "AC-6"), iso=("A.5.18",)),
    judge=judge,
)
