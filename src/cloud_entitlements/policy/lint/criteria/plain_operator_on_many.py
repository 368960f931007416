from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """COND-03."""
    for statement, condition in document.conditions():
        operator = condition.operator
        if operator.family is not None and not operator.prefix and is_multivalued(condition.key.lower()):
            text = f"`{operator.written}` on `{condition.key}`, which holds many values, never matches"
            yield Found(text, condition.place, statement, f"use `ForAnyValue:{operator.written}`")


PLAIN_OPERATOR_ON_MANY = Criterion(
    code="plain-operator-on-many",
    title="An operator without ForAnyValue or ForAllValues on a key of many values",
    severity="warning",
    why="Whenever the key is present, no such operator matches, neither a positive nor a negated one.",
    fix="use `ForAnyValue:` or `ForAllValues:`",
    find=_find,
)
