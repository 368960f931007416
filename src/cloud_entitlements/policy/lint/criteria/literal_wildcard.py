from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_LIKE = {
    "stringequals": "StringLike",
    "stringnotequals": "StringNotLike",
    "stringequalsignorecase": "StringLike",
    "stringnotequalsignorecase": "StringNotLike",
}


def _find(document: Document) -> Iterator[Found]:
    """COND-05."""
    for statement, condition in document.conditions():
        written = condition.operator.written.lower().rpartition(":")[2].removesuffix("ifexists")
        if written not in _LIKE:
            continue
        for value, place in document.values(statement, condition):
            if "*" in value.replace("${*}", ""):
                text = f"the `*` in `{value}` is a plain character to `{condition.operator.written}`"
                yield Found(text, place, statement, f"use `{_LIKE[written]}`")


LITERAL_WILDCARD = Criterion(
    code="literal-wildcard",
    title="A wildcard where an exact operator takes it literally",
    severity="warning",
    why="StringEquals compares character by character: the value matches only a request that has a star in it.",
    fix="use StringLike",
    find=_find,
)
