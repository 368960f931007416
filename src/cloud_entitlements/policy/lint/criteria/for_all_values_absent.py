from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.condition.booleans import is_true
from cloud_entitlements.policy.document import Condition, Statement
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """COND-02."""
    for statement, condition in document.conditions():
        if (
            statement.effect == "Allow"
            and condition.operator.prefix == "ForAllValues"
            and not _guarded(statement, condition)
        ):
            text = f"`{condition.operator.written}` also holds when `{condition.key}` is absent"
            fix = f'add `"Null": {{"{condition.key}": "false"}}`'
            yield Found(text, condition.place, statement, fix)


def _guarded(statement: Statement, condition: Condition) -> bool:
    return any(
        other.key.lower() == condition.key.lower() and _needs_presence(other)
        for other in statement.conditions
        if other is not condition
    )


def _needs_presence(condition: Condition) -> bool:
    if condition.operator.family is None:
        return not any(is_true(value) for value in condition.values)
    return condition.operator.prefix == "ForAnyValue"


FOR_ALL_VALUES_ABSENT = Criterion(
    code="for-all-values-absent",
    title="Allow with ForAllValues and nothing that asks for the key",
    severity="warning",
    why="ForAllValues holds for an absent key and for an empty list: whoever leaves the key out is allowed.",
    fix="add a condition with `Null` and `false` on the same key",
    find=_find,
)
