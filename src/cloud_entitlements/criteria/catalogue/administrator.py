"""Every action on every resource, by whatever name the policy goes; and what of it a boundary or a control policy leaves."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.criteria.attack_values import GIVES_PERMISSIONS, GIVES_PERMISSIONS_EVERYWHERE
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
from cloud_entitlements.criteria.grants import own_denials, proofs, together
from cloud_entitlements.criteria.levels import actions, every_action
from cloud_entitlements.criteria.limits import stopped_by, unread_limits
from cloud_entitlements.criteria.passed_roles import starter_of
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy.document import statement_place

ALMOST = 0.95
"""Of all actions that AWS knows."""


def judge(subject: Subject, around: Around) -> Judgement:
    grants = around.grants(subject)
    granted = together(one.broad for one in grants)
    if not is_everything(granted):
        if subject.unread:
            return unknown(f"policies that were not read: {several(f'`{one}`' for one in subject.unread)}")
        return passes()
    statements = few(proofs(grants, lambda one: one.broad, _told), "statements")
    gives = actions(*GIVES_PERMISSIONS.actions, *GIVES_PERMISSIONS_EVERYWHERE.actions)
    # An administrator can give itself whatever it lacks; one that can give nothing is none.
    if subject.reach.broad & gives or starter_of(subject.reach):
        return fails(*statements, *unread_limits(subject, around))
    takers = (*_own(subject, around, gives), *around.taken_by(subject, gives))
    return contained(f"it can't give permissions: {stopped_by(takers)}", *statements)


def is_everything(granted: int) -> bool:
    """All of IAM, and of all actions all but a few: who may leave out a service can give itself that too."""
    iam = actions("iam:*")
    return granted & iam == iam and granted.bit_count() >= ALMOST * every_action().bit_count()


def _told(those: int) -> str:
    how_many = "every action" if those == every_action() else f"{those.bit_count()} actions"
    if those != every_action() and is_everything(those):
        left = (every_action() & ~those).bit_count()
        how_many = "all but one action" if left == 1 else f"all but {left} actions"
    return f"{how_many} on every resource"


def _own(subject: Subject, around: Around, gives: int) -> Iterator[str]:
    for source, statement, denied in own_denials(subject, around):
        if denied & gives:
            yield f"`{source.words}`, which denies it in `{statement_place(statement.number)}`"


CRITERION = Criterion(
    id="administrator",
    title="Administrator access",
    types=("user", "role", "group"),
    why="Who may do every action on every resource owns the account, whatever the policy is called. Few people and no programs need it.",
    fix=Fix(
        console="IAM > {name} > Permissions: attach what the work needs, then {remove}. Keep one break-glass role that is watched.",
        cli="aws iam list-attached-{type}-policies --{type}-name {name}\n# first attach what the work needs\n{take_away}",
        terraform="# {remove_resource}, and attach what the work needs",
    ),
    criticality="high",
    needs=("authorization_details",),
    standards=Standards(cis=("1.16",), nist=("AC-6", "AC-6(5)"), iso=("A.8.2", "A.5.15")),
    judge=judge,
)
