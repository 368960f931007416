from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.keys import type_of
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_FITTING = {
    "String": ("String", "ARN", "Binary"),
    "ARN": ("ARN", "String"),
    "Bool": ("Bool",),
    "Date": ("Date", "Numeric"),
    "IPAddress": ("IP",),
    "Numeric": ("Numeric",),
}
"""Type of the key: families that compare it as what it is."""
_USUAL = {"Bool": "Bool", "Date": "Date…", "IPAddress": "IpAddress", "Numeric": "Numeric…", "ARN": "ArnLike"}


def _find(document: Document) -> Iterator[Found]:
    """REQ-05, COND-07 to COND-12."""
    for statement, condition in document.conditions():
        kind = (type_of(condition.key.lower()) or "").removeprefix("ArrayOf")
        if kind in _FITTING and not _fits(condition.operator, kind):
            text = f"`{condition.operator.written}` on `{condition.key}`, which is of type {kind}"
            fix = f"use `{_USUAL.get(kind, 'StringEquals or StringLike')}`".replace(" or ", "` or `")
            yield Found(text, condition.place, statement, fix)


def _fits(operator: Operator, kind: str) -> bool:
    return operator.family is None or operator.family.name.split(" ")[0] in _FITTING[kind]


OPERATOR_UNFIT = Criterion(
    code="operator-unfit",
    title="An operator that does not suit the key's type",
    severity="warning",
    why="What is no number, date, address or ARN compares as unequal, and numbers, addresses and truths compare as mere text.",
    fix="use the operator of the key's type",
    find=_find,
)
