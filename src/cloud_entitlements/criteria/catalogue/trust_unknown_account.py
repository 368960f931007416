"""A role that an account may assume which is neither of the organization nor known to anybody here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

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
from cloud_entitlements.criteria.external_id import asks_external_id
from cloud_entitlements.criteria.kept_out import (
    IN_TRUST,
    Barrier,
    barriers,
    sparing_callers,
    sparing_services,
)
from cloud_entitlements.criteria.outsiders import Outsider, may_not_be_told, outsiders
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import UNREAD, admitted, in_trust, named


def judge(subject: Subject, around: Around) -> Judgement:
    those = admitted(subject, around)
    if those is None:
        return unknown(UNREAD)
    every = [one for by in those for one in outsiders(by, subject, around)]
    found = [(one, _barrier(subject, around, one)) for one in every]
    let_in = [one for one, barrier in found if barrier is None]
    strangers = [one for one in let_in if not one.known]
    if strangers:
        return _failing(subject, around, strangers)
    judgement = _stopped(subject, [(one, by) for one, by in found if by is not None and not one.known])
    if judgement is None:
        judgement = passes(*few(_evidence(subject, let_in), "accounts"))
    return replace(judgement, known_accounts=tuple(dict.fromkeys(one.account_id for one in let_in)))


def _failing(subject: Subject, around: Around, strangers: list[Outsider]) -> Judgement:
    if may_not_be_told(around):
        listed = several(dict.fromkeys(one.words for one in strangers))
        return unknown(f"the organization was not read: {listed} may be of it")
    return fails(*few(_evidence(subject, strangers), "accounts"))


def _stopped(subject: Subject, found: list[tuple[Outsider, Barrier]]) -> Judgement | None:
    """None: nobody is, but by the trust policy itself."""
    stopped = [(one, by) for one, by in found if by.words != IN_TRUST]
    if not stopped:
        return None
    evidence = few(_evidence(subject, (one for one, _ in stopped)), "accounts")
    return contained(several(dict.fromkeys(by.words for _, by in stopped)), *evidence)


def _barrier(subject: Subject, around: Around, outsider: Outsider) -> Barrier | None:
    sparing = (sparing_services if outsider.by_service else sparing_callers)(subject, around)
    in_the_way = barriers(subject, around, outsider.by, sparing)
    return next((one for one in in_the_way if _stops(one, outsider, around)), None)


def _stops(barrier: Barrier, outsider: Outsider, around: Around) -> bool:
    if outsider.account_id:
        return barrier.stops(outsider.account_id, around)
    return not any(
        who.others or who.accounts or outsider.organization in who.organizations for who in barrier.spared
    )


def _evidence(subject: Subject, those: Iterable[Outsider]) -> Iterator[Evidence]:
    for one in those:
        has_id = asks_external_id(one.by.statement)
        how = "" if one.by_service else f", {'with' if has_id else 'without'} an external id"
        words = f"{one.words}, which is known," if one.known else one.words
        text = f"{words} may assume it by {named(one.by.statement)}{how}"
        yield replace(in_trust(subject, one.by.statement, text), account_id=one.account_id)


CRITERION = Criterion(
    id="trust-unknown-account",
    title="Trust of an unknown account",
    types=("role",),
    why="Whoever runs the other account decides who assumes this role. An account that is not of the organization, and that nobody here has said is known, may be a former supplier's, or an attacker's.",
    fix=Fix(
        console="Find out whose account it is. If it is expected, add it to the known accounts (Security policies > Known accounts), and ask for an external id if it is a supplier's; else IAM > Roles > {name} > Trust relationships > Edit trust policy, and remove it.",
        cli="# if it is expected: ciem criteria know {other} --name WHOSE\n# else\naws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > trust.json\n# edit trust.json: remove the account, then\naws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
        terraform='# if it is expected, add it to the known accounts; else\n# remove the account from principals in the trust policy of the aws_iam_role {name}, or ask for an external id:\n# condition {\n#   test     = "StringEquals"\n#   variable = "sts:ExternalId"\n#   values   = [var.external_id]\n# }',
    ),
    criticality="high",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "AC-20"), iso=("A.5.15", "A.5.19")),
    judge=judge,
)
