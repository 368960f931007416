from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.keys import is_provider, type_of


def _find(document: Document) -> Iterator[Found]:
    """COND-02."""
    for statement, condition in document.conditions():
        key, operator = condition.key.lower(), condition.operator
        known = type_of(key) is not None and not is_provider(key)
        if operator.prefix and known and not is_multivalued(key):
            fix = f"use `{operator.written.partition(':')[2]}`"
            text = f"`{operator.written}` on `{condition.key}`, which holds one value"
            yield Found(text, condition.place, statement, fix)


SET_OPERATOR_ON_ONE = Criterion(
    code="set-operator-on-one",
    title="ForAnyValue or ForAllValues on a key of one value",
    severity="warning",
    why="It is meant for keys of many values: ForAllValues holds when the key is absent, ForAnyValue does not even if negated.",
    fix="use the operator without the prefix",
    find=_find,
)
