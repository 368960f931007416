from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    for statement, condition in document.conditions():
        if not condition.values:
            yield Found(f"`{condition.key}` is compared with an empty list", condition.place, statement)


EMPTY_VALUES = Criterion(
    code="empty-values",
    title="A condition without values",
    severity="error",
    why="Nothing is in an empty list: a positive operator never holds, a negated one always does.",
    fix="list the values, or take the condition out",
    find=_find,
)
