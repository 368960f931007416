from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.lint.actions import meant_by
from cloud_entitlements.policy.lint.criteria.action_without_resource import types_of
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.resources import supports, widest
from cloud_entitlements.policy.pattern import matches_everything


def _find(document: Document) -> Iterator[Found]:
    """REQ-03."""
    for statement in document.statements:
        for pattern, place in placed(statement.actions) if _is_narrow(statement) else ():
            actions = meant_by(pattern)
            if actions.known and not types_of(pattern) and _may_meet(actions.names[0], statement):
                yield Found(
                    f"AWS lists no resource types for `{pattern}`, and Resource is not `*`", place, statement
                )


def _is_narrow(statement: Statement) -> bool:
    resources = statement.resources
    if resources is None or resources.negated or statement.actions.negated:
        return False
    return not any(matches_everything(one) for one in resources.patterns)


def _may_meet(action: str, statement: Statement) -> bool:
    """Otherwise `action-without-resource` has told it."""
    return statement.resources is not None and any(
        supports(action, widest(one)) for one in statement.resources.patterns
    )


ACTION_WITHOUT_TYPES = Criterion(
    code="action-without-types",
    title="An action without resource types on a narrow resource",
    severity="note",
    why="It is asked about `*`, or about an ARN that AWS does not document: whether the statement matches is a matter of luck.",
    fix='move it to a statement with `"Resource": "*"`',
    find=_find,
)
