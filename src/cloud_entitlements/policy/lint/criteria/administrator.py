from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import matches_everything


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements if document.kind == "identity" else ():
        if not _on_everything(statement) or statement.actions.negated:
            continue
        for pattern, place in placed(statement.actions):
            if is_everything(pattern):
                yield Found("allows every action on every resource", place, statement)


def _on_everything(statement: Statement) -> bool:
    resources = statement.resources
    return (
        statement.effect == "Allow"
        and not statement.conditions
        and resources is not None
        and not resources.negated
        and any(matches_everything(one) for one in resources.patterns)
    )


ADMINISTRATOR = Criterion(
    code="administrator",
    title="Everything on everything",
    severity="warning",
    why="Whoever has this policy is administrator of the account.",
    fix="list the actions and resources that are needed",
    find=_find,
)
