"""Actions that a policy can narrow to resources, and that were given on all of them."""

from __future__ import annotations

from functools import lru_cache

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
from cloud_entitlements.criteria.grants import proofs
from cloud_entitlements.criteria.levels import at_level, counted, gravest, with_resource_types
from cloud_entitlements.criteria.limits import stopped_by, unread_limits
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    granted = subject.reach.granted & _that_count()
    if not granted:
        if subject.unread:
            return unknown(f"policies that were not read: {several(f'`{one}`' for one in subject.unread)}")
        return passes()
    left = granted & subject.reach.broad
    if not left:
        takers = around.taken_by(subject, granted)
        return contained(stopped_by(takers), *_evidence(subject, around, granted))
    return fails(*_evidence(subject, around, left), *unread_limits(subject, around))


@lru_cache(1)
def _that_count() -> int:
    """Lists tell little, and most of them can't be narrowed."""
    return with_resource_types() & ~at_level("List")


def _evidence(subject: Subject, around: Around, those: int) -> tuple[Evidence, ...]:
    number = those.bit_count()
    whole = Evidence(f"{number} action{'s' if number > 1 else ''} on every resource: {counted(those)}")
    grants = around.grants(subject)
    return (whole, *few(proofs(grants, lambda one: one.broad & those, _told), "statements"))


def _told(actions: int) -> str:
    listed = [f"`{one}`" for one in gravest(actions, _NAMED)]
    return several((*listed, *[""] * (actions.bit_count() - len(listed))), _NAMED)


_NAMED = 3

CRITERION = Criterion(
    id="all-resources",
    title="Access to all resources",
    types=("user", "role", "group"),
    why="An action on every resource reaches those too that belong to others, and those that are made tomorrow.",
    fix=Fix(
        console="IAM > Policies > {policy} > Edit: put the ARNs that the work needs in the place of * under Resource; or give the actions a condition on tags. An inline policy stands under {name} > Permissions.",
        cli="# what {name} used, action by action, shows which resources it needs\naws iam generate-service-last-accessed-details --arn {arn} --granularity ACTION_LEVEL\n# narrowed.json: the same policy, with ARNs in the place of *\n{narrow}",
        terraform='# in the policy document of {policy}\nstatement {\n  actions   = ["s3:GetObject"]\n  resources = ["arn:aws:s3:::the-bucket/*"]\n}',
    ),
    criticality="medium",
    needs=("authorization_details",),
    standards=Standards(nist=("AC-3", "AC-6"), iso=("A.5.15", "A.8.3")),
    judge=judge,
)
