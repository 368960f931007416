"""An identity without the permissions boundary that a control policy above its account asks for."""

from __future__ import annotations

from cloud_entitlements.criteria.boundary_rules import Rule, rules
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
from cloud_entitlements.criteria.evidence import few
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject

_AWS_PATHS = ("/aws-service-role/", "/aws-reserved/")


def judge(subject: Subject, around: Around) -> Judgement:
    if subject.path.startswith(_AWS_PATHS):
        return not_applicable("AWS made the role, and nobody can give it a boundary")
    found = rules(subject, around)
    broken = few((_evidence(one) for one in found.asking if not one.is_met), "rules")
    if broken:
        return fails(*broken)
    if found.unread:
        return unknown(f"not read: {several(found.unread)}")
    if not found.asking:
        return not_applicable("no control policy above the account asks for a boundary")
    return passes(Evidence(f"the boundary is `{subject.boundary}`"))


def _evidence(rule: Rule) -> Evidence:
    has = f"it has `{rule.subject.boundary}`" if rule.subject.boundary else "it has none"
    wanted = f"the boundary {rule.words}" if rule.words else "a boundary"
    return rule.control.evidence(f"{rule.control.words} asks for {wanted}, and {has}")


CRITERION = Criterion(
    id="missing-boundary",
    title="Missing permissions boundary",
    types=("user", "role"),
    why="A control policy refuses to make identities without a permissions boundary, so that nobody gives more than the boundary lets through. This identity is older than the rule, or was made around it, and has no such limit.",
    fix=Fix(
        console="IAM > {name} > Permissions > Permissions boundary > Set boundary: choose the policy that the rule asks for. See first, by the services that it used, that the boundary lets through what it needs.",
        cli="aws iam put-{type}-permissions-boundary --{type}-name {name} --permissions-boundary BOUNDARY_ARN",
        terraform='# in the resource of {name}\n# permissions_boundary = "BOUNDARY_ARN"',
    ),
    criticality="medium",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-6", "CM-6"), iso=("A.5.15", "A.8.2")),
    judge=judge,
)
