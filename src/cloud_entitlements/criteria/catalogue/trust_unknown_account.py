"""A role that an account may assume which is neither of the organization nor known to anybody here."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Evidence,
    Fix,
    Judgement,
    Standards,
    contained,
    fails,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.kept_out import IN_TRUST, Barrier, barriers, sparing_callers
from cloud_entitlements.criteria.outsiders import Outsider, may_not_be_told, outsiders
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import UNREAD, admitted, in_trust, named


def judge(subject: Subject, around: Around) -> Judgement:
    those = admitted(subject, around)
    if those is None:
        return unknown(UNREAD)
    let_in, stopped, stoppers = [], [], []
    for one in those:
        for outsider in outsiders(one, subject, around):
            barrier = _barrier(subject, around, outsider)
            if barrier is None:
                let_in.append(outsider)
            elif barrier.words != IN_TRUST:
                stopped.append(outsider)
                stoppers.append(barrier.words)
    if let_in and may_not_be_told(around):
        named_ones = several(dict.fromkeys(one.words for one in let_in))
        return unknown(f"the organization was not read: {named_ones} may be of it")
    if let_in:
        return fails(*few(_evidence(subject, let_in), "accounts"))
    return (
        contained(several(dict.fromkeys(stoppers)), *few(_evidence(subject, stopped), "accounts"))
        if stopped
        else passes()
    )


def _barrier(subject: Subject, around: Around, outsider: Outsider) -> Barrier | None:
    in_the_way = barriers(subject, around, outsider.by, sparing_callers(subject, around))
    return next((one for one in in_the_way if _stops(one, outsider, around)), None)


def _stops(barrier: Barrier, outsider: Outsider, around: Around) -> bool:
    if outsider.account_id:
        return barrier.stops(outsider.account_id, around)
    return not any(
        who.others or who.accounts or outsider.organization in who.organizations for who in barrier.spared
    )


def _evidence(subject: Subject, those: list[Outsider]) -> Iterator[Evidence]:
    for one in those:
        conditions = one.by.statement.conditions
        has_id = any(condition.key.lower() == "sts:externalid" for condition in conditions)
        how = "with an external id" if has_id else "without an external id"
        yield in_trust(
            subject, one.by.statement, f"{one.words} may assume it by {named(one.by.statement)}, {how}"
        )


CRITERION = Criterion(
    id="trust-unknown-account",
    title="Trust of an unknown account",
    types=("role",),
    why="Whoever runs the other account decides who assumes this role. An account that is not of the organization, and that nobody here has said is trusted, may be a former supplier's, or an attacker's.",
    fix=Fix(
        console="Find out whose account it is. If it is needed, list it under trusted accounts, and ask for an external id if it is a supplier's; else IAM > Roles > {name} > Trust relationships > Edit trust policy, and remove it.",
        cli="aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > trust.json\n# edit trust.json: remove the account, then\naws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
        terraform='# remove the account from principals in the trust policy of the aws_iam_role {name}, or ask for an external id:\n# condition {\n#   test     = "StringEquals"\n#   variable = "sts:ExternalId"\n#   values   = [var.external_id]\n# }',
    ),
    criticality="high",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "AC-20"), iso=("A.5.15", "A.5.19")),
    judge=judge,
)
