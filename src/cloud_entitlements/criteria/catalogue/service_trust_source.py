"""A role that a service of AWS may assume, whoever it acts for: the confused deputy."""

from __future__ import annotations

from cloud_entitlements.criteria.criterion import (
    Criterion,
    Fix,
    Judgement,
    Standards,
    contained,
    fails,
    not_applicable,
    passes,
    unknown,
)
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.external_id import asks_external_id
from cloud_entitlements.criteria.kept_out import IN_TRUST, barriers, sparing_services
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.service_sources import says_source
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import UNREAD, Admitted, admitted, in_trust, named
from cloud_entitlements.criteria.who import SOURCES, narrowed_to


def judge(subject: Subject, around: Around) -> Judgement:
    those = admitted(subject, around)
    if those is None:
        return unknown(UNREAD)
    services = [
        one for one in those if one.kind == "Service" and (one.value == "*" or says_source(one.value))
    ]
    if not services:
        return not_applicable("no service is trusted that says for whom it acts")
    found, stopped, stoppers = [], [], []
    for one in services:
        if _asks(one, subject, around):
            continue
        evidence = in_trust(
            subject,
            one.statement,
            f"{_words(one)} may assume it by {named(one.statement)}, whoever it acts for",
        )
        barrier = next(barriers(subject, around, one, sparing_services(subject, around)), None)
        if barrier is None:
            found.append(evidence)
        elif barrier.words != IN_TRUST:
            stopped.append(evidence)
            stoppers.append(barrier.words)
    if found:
        return fails(*few(found, "services"))
    return contained(several(dict.fromkeys(stoppers)), *few(stopped, "services")) if stopped else passes()


def _words(one: Admitted) -> str:
    return "any service" if one.value == "*" else f"`{one.value}`"


def _asks(one: Admitted, subject: Subject, around: Around) -> bool:
    """Data Firehose and a few others asked for the account as an external id before there was another way."""
    return asks_external_id(one.statement) or any(
        condition.key.lower() in SOURCES and narrowed_to(condition, subject, around.organization) is not None
        for condition in one.statement.conditions
    )


CRITERION = Criterion(
    id="service-trust-source",
    title="Service trust without a source",
    types=("role",),
    why="The service assumes the role for whoever tells it to. Where it says for whom (aws:SourceArn, aws:SourceAccount), asking for your own account keeps others from using your role through it.",
    fix=Fix(
        console="IAM > Roles > {name} > Trust relationships > Edit trust policy: in the service's statement add the condition StringEquals aws:SourceAccount {account}, and ArnLike aws:SourceArn with the resource if it is known.",
        cli='aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > trust.json\n# edit trust.json: in the service\'s statement, add\n#   "Condition": {"StringEquals": {"aws:SourceAccount": "{account}"}}\naws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json',
        terraform='data "aws_caller_identity" "own" {}\n\n# in the trust policy of the aws_iam_role {name}:\n# condition {\n#   test     = "StringEquals"\n#   variable = "aws:SourceAccount"\n#   values   = [data.aws_caller_identity.own.account_id]\n# }',
    ),
    criticality="low",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "AC-6"), iso=("A.5.15",)),
    judge=judge,
)
