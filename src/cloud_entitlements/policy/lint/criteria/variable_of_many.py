from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.lint.criteria.unknown_variable import texts_with_variables
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.variables import keys_in


def _find(document: Document) -> Iterator[Found]:
    """VAR-03."""
    for text, place, statement in texts_with_variables(document):
        for key in sorted(keys_in(text)):
            if is_multivalued(key):
                yield Found(f"`${{{key}}}` holds many values, and is never replaced", place, statement)


VARIABLE_OF_MANY = Criterion(
    code="variable-of-many",
    title="A key of many values as a variable",
    severity="error",
    why="A key of many values never expands, not even to its default: the resource or value matches nothing.",
    fix="compare the key itself in a condition with `ForAnyValue:` or `ForAllValues:`",
    find=_find,
)
