from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_NEEDED_BY = frozenset({"s3", "kms", "sqs", "sns", "secretsmanager", "lambda", "events", "es", "*"})
"""Services whose resource policies must name it; others, ECR for instance, forbid it."""


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        if statement.resources is None and _is_needed(document, statement):
            yield Found("the statement has neither Resource nor NotResource", statement.place, statement)


def _is_needed(document: Document, statement: Statement) -> bool:
    if document.kind == "resource":
        return all(one.lower().partition(":")[0] in _NEEDED_BY for one in statement.actions.patterns)
    return document.kind != "trust"


MISSING_RESOURCE = Criterion(
    code="missing-resource",
    title="No resource where one is needed",
    severity="error",
    why="AWS refuses it.",
    fix='add Resource, with `"*"` for actions that have no resource types',
    find=_find,
)
