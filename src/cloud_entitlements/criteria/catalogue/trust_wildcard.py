"""A role that anybody in AWS may assume: `*` as principal, and no condition that says who is meant."""

from __future__ import annotations

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Fix,
    Judgement,
    Standards,
    contained,
    fails,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.exempt import account_in
from cloud_entitlements.criteria.kept_out import IN_TRUST, barriers, sparing_callers
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import UNREAD, Admitted, admitted, in_trust, named
from cloud_entitlements.criteria.who import narrowing
from cloud_entitlements.policy.pattern import has_wildcard


def judge(subject: Subject, around: Around) -> Judgement:
    those = admitted(subject, around)
    if those is None:
        return unknown(UNREAD)
    found, stopped, stoppers = [], [], []
    for one in those:
        if not _is_open(one) or narrowing(one.statement, subject, around.organization):
            continue
        evidence = in_trust(subject, one.statement, _told(one))
        barrier = next(barriers(subject, around, one, sparing_callers(subject, around)), None)
        if barrier is None:
            found.append(evidence)
        elif barrier.words != IN_TRUST:
            stopped.append(evidence)
            stoppers.append(barrier.words)
    if found:
        return fails(*few(found, "statements"))
    return contained(several(dict.fromkeys(stoppers)), *few(stopped, "statements")) if stopped else passes()


def _is_open(one: Admitted) -> bool:
    if one.kind in ("*", "Not"):
        return True
    if one.kind == "Federated":
        return one.value == "*"
    # AWS has ceased to save these: a wildcard is a letter in an ARN, and was meant to be more
    return one.kind == "AWS" and has_wildcard(account_in(one.value) or one.value)


def _told(one: Admitted) -> str:
    who = f"anybody but `{one.value}`" if one.kind == "Not" else f"anybody (`{one.value}`)"
    keys = dict.fromkeys(f"`{condition.key}`" for condition in one.statement.conditions)
    asks = f"; {several(keys)} does not say who somebody is" if keys else ""
    return f"{who} may assume it by {named(one.statement)}{asks}"


CRITERION = Criterion(
    id="trust-wildcard",
    title="Anybody may assume the role",
    types=("role",),
    why="With `*` as principal and no condition on who that is, every AWS account in the world may assume the role; an external id or an address is known to others too.",
    fix=Fix(
        console="IAM > Roles > {name} > Trust relationships > Edit trust policy: name the accounts or roles that are meant instead of `*`, or add a condition on aws:PrincipalOrgID.",
        cli="aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > trust.json\n# edit trust.json: name the principals, then\naws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
        terraform='data "aws_organizations_organization" "own" {}\n\ndata "aws_iam_policy_document" "trust" {\n  statement {\n    actions = ["sts:AssumeRole"]\n    principals {\n      type        = "AWS"\n      identifiers = ["*"]\n    }\n    condition {\n      test     = "StringEquals"\n      variable = "aws:PrincipalOrgID"\n      values   = [data.aws_organizations_organization.own.id]\n    }\n  }\n}\n# assume_role_policy = data.aws_iam_policy_document.trust.json, in the aws_iam_role {name}',
    ),
    criticality="high",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "AC-6"), iso=("A.5.15", "A.8.3")),
    judge=judge,
)
