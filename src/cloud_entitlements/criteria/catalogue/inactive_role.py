"""A role that nothing assumed for longer than the period."""

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
from cloud_entitlements.criteria.uses import is_past, uses_of_services

TRACKED = 400
"""Days that AWS looks back."""


def judge(subject: Subject, around: Around) -> Judgement:
    used = [one.at for one in uses_of_services(subject)]
    latest = max((*used, *([subject.last_used_at] if subject.last_used_at else [])), default=None)
    if latest is not None:
        told = Evidence(f"last used {(around.now - latest).days} days ago", at=latest.isoformat())
        return fails(told) if is_past(latest, around) else passes(told)
    made = subject.created_at
    if made is None:
        return unknown("when the role was made was not read")
    if not is_past(made, around):
        return passes(Evidence("the role is younger than the period", at=made.isoformat()))
    days = (around.now - made).days
    never = "never used" if days <= TRACKED else f"not used in the {TRACKED} days that AWS looks back"
    return fails(Evidence(f"made {days} days ago, and {never}", at=made.isoformat()))


CRITERION = Criterion(
    id="inactive-role",
    title="Inactive role",
    types=("role",),
    why="A role that nothing uses still gives its permissions to whoever its trust policy lets in, and nobody would notice.",
    fix=Fix(
        console="IAM > Roles > {name}: look at Last activity and at who is trusted; deny everything to it for a while (an inline policy that denies *), then delete it.",
        cli='aws iam put-role-policy --role-name {name} --policy-name unused --policy-document \'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}\'\n# when nobody has missed it\naws iam list-attached-role-policies --role-name {name}\naws iam list-role-policies --role-name {name}\naws iam delete-role --role-name {name}',
        terraform="# remove the aws_iam_role {name} and its attachments",
    ),
    criticality="medium",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-2(3)", "AC-6"), iso=("A.5.16", "A.5.18")),
    judge=judge,
    period=90,
)
