"""Every action on every resource, by whatever name the policy goes; and what of it a boundary or a control policy leaves."""

from __future__ import annotations

from cloud_entitlements.criteria.attack_values import GIVES_PERMISSIONS
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
from cloud_entitlements.criteria.levels import actions, every_action
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject


def judge(subject: Subject, around: Around) -> Judgement:
    if subject.reach.granted != every_action():
        if subject.unread:
            return unknown(f"policies that were not read: {several(f'`{one}`' for one in subject.unread)}")
        return passes()
    evidence = tuple(around.given_by(subject, every_action()))
    gives = actions(*GIVES_PERMISSIONS.actions)
    if subject.reach.broad & gives:
        return fails(*evidence)
    # An administrator can give itself whatever it lacks; one that can give nothing is none.
    takers = around.taken_by(subject, gives)
    return contained(f"it can't give permissions: {several(takers)}", *evidence)


CRITERION = Criterion(
    id="administrator",
    title="Administrator access",
    types=("user", "role", "group"),
    why="Who may do every action on every resource owns the account, whatever the policy is called. Few people and no programs need it.",
    fix=Fix(
        console="IAM > {name} > Permissions: remove {policy} and attach what the work needs; keep one break-glass role that is watched.",
        cli="aws iam list-attached-{type}-policies --{type}-name {name}\naws iam detach-{type}-policy --{type}-name {name} --policy-arn {policy}",
        terraform="# remove the attachment of {policy} to {name}, and attach what the work needs",
    ),
    criticality="high",
    needs=("authorization_details",),
    standards=Standards(cis=("1.16",), nist=("AC-6", "AC-6(5)"), iso=("A.8.2", "A.5.15")),
    judge=judge,
)
