from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from cloud_entitlements.policy.condition.addresses import network
from cloud_entitlements.policy.condition.dates import milliseconds
from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.pattern import has_wildcard

_COLONS_OF_AN_ARN = 5


def _find(document: Document) -> Iterator[Found]:
    """COND-07 to COND-12."""
    for statement, condition in document.conditions():
        for value, place in document.values(statement, condition):
            wrong = "" if "${" in value else _wrong(condition.operator, value)
            if wrong:
                yield Found(f"`{value}` {wrong}", place, statement)


def _wrong(operator: Operator, value: str) -> str:
    family = operator.family.name.split(" ")[0] if operator.family else "Bool"
    if family == "Numeric":
        return "" if _is_number(value) else "is no number"
    if family == "Date":
        return "" if milliseconds(value) is not None else "is no date: write ISO 8601, or seconds since 1970"
    if family == "IP":
        return _wrong_network(value)
    if family == "Bool":
        return (
            "" if value.lower() in ("true", "false") else "is neither `true` nor `false`, and counts as false"
        )
    if family == "ARN":
        return "" if _is_arn(value) else "is no ARN, not even with wildcards"
    return "is not in base 64" if family == "Binary" and not _is_base64(value) else ""


def _is_number(value: str) -> bool:
    try:
        return Decimal(value.strip()).is_finite()
    except InvalidOperation:
        return False


def _wrong_network(value: str) -> str:
    if network(value) is not None:
        return ""
    if has_wildcard(value):
        return "is no address: wildcards mean nothing here, write a network such as `203.0.113.0/24`"
    if ":" in value and network(value.partition("/")[0]) is not None:
        return "has bits set after the network's length, and matches nothing"
    return "is neither an address nor a network"


def _is_arn(value: str) -> bool:
    return value == "*" or (value.startswith("arn:") and value.count(":") >= _COLONS_OF_AN_ARN)


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


VALUE_NOT_OF_TYPE = Criterion(
    code="value-not-of-type",
    title="A value that is not of the operator's type",
    severity="error",
    why="AWS refuses it or compares it as unequal to everything: the condition does not say what it seems to say.",
    fix="write a value of the operator's type, or use the operator of the value's type",
    find=_find,
)
