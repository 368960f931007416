from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import action_pattern, matches_everything

_NARROWING = ("iam:passedtoservice", "iam:associatedresourcearn")


def _find(document: Document) -> Iterator[Found]:
    """PASS-01."""
    for statement in document.statements if document.kind == "identity" else ():
        if not _on_any_role(statement):
            continue
        for pattern, place in placed(statement.actions):
            if not is_everything(pattern) and action_pattern(pattern)("iam:passrole"):
                yield Found(f"`{pattern}` lets every role be passed to every service", place, statement)


def _on_any_role(statement: Statement) -> bool:
    resources = statement.resources
    if statement.effect != "Allow" or statement.actions.negated or resources is None or resources.negated:
        return False
    if any(one.key.lower() in _NARROWING for one in statement.conditions):
        return False
    return any(matches_everything(one) or one.endswith((":role/*", ":iam::*")) for one in resources.patterns)


PASS_ROLE_ANY = Criterion(
    code="pass-role-any",
    title="iam:PassRole on every role",
    severity="warning",
    why="Who may pass any role to a service gets what that role may do, an administrator's included.",
    fix="name the roles in Resource, and the service in a condition on `iam:PassedToService`",
    find=_find,
)
