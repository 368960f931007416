from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.keys import is_provider, type_of
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """COND-02."""
    for statement, condition in document.conditions():
        key, operator = condition.key.lower(), condition.operator
        known = type_of(key) is not None and not is_provider(key)
        if _matters(operator) and known and not is_multivalued(key):
            fix = f"use `{operator.written.partition(':')[2]}`"
            text = f"`{operator.written}` on `{condition.key}`, which holds one value"
            yield Found(text, condition.place, statement, fix)


def _matters(operator: Operator) -> bool:
    """On one value, a positive ForAnyValue says what the plain operator says."""
    return operator.prefix == "ForAllValues" or (operator.prefix == "ForAnyValue" and operator.negated)


SET_OPERATOR_ON_ONE = Criterion(
    code="set-operator-on-one",
    title="ForAllValues, or a negated ForAnyValue, on a key of one value",
    severity="warning",
    why="With the key absent, ForAllValues holds where the plain operator does not, and a negated ForAnyValue the reverse.",
    fix="use the operator without the prefix",
    find=_find,
)
