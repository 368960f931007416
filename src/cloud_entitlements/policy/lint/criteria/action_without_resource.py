from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloud_entitlements.policy.catalogue import facts_of
from cloud_entitlements.policy.lint.actions import meant_by
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.resources import supports, widest

_MOST = 5


def _find(document: Document) -> Iterator[Found]:
    """REQ-03."""
    for statement in document.statements:
        if statement.resources is None or statement.resources.negated or statement.actions.negated:
            continue
        resources = [widest(one) for one in statement.resources.patterns]
        if "*" in resources:
            continue
        for pattern, place in placed(statement.actions):
            if _never_meets(pattern, resources):
                yield Found(
                    f"{_told(pattern)}, and Resource names only others", place, statement, _fix(pattern)
                )


def _never_meets(pattern: str, resources: Sequence[str]) -> bool:
    actions = meant_by(pattern)
    if not actions.known:
        return False
    return not any(supports(action, resource) for action in actions.names for resource in resources)


def types_of(pattern: str) -> list[str]:
    facts = (facts_of(name) for name in meant_by(pattern).names)
    return sorted({kind for one in facts if one for kind in one.resource_types})


def _told(pattern: str) -> str:
    types = types_of(pattern)
    if not types:
        return f"`{pattern}` has no resource types"
    more = ", …" if len(types) > _MOST else ""
    return f"`{pattern}` is asked about {', '.join(f'`{one}`' for one in types[:_MOST])}{more}"


def _fix(pattern: str) -> str:
    return "" if types_of(pattern) else f'move `{pattern}` to a statement with `"Resource": "*"`'


ACTION_WITHOUT_RESOURCE = Criterion(
    code="action-without-resource",
    title="An action that supports none of the resources",
    severity="warning",
    why="The statement neither allows nor denies this action on anything, though it looks as if it did.",
    fix="add an ARN of the action's resource types, or take the action out",
    find=_find,
)
