"""The operators of conditions, and how their names are read: prefix, family, IfExists.

To add a family, add its file and its lines in `FAMILIES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.policy.condition import addresses, arns, binary, booleans, dates, numbers, strings
from cloud_entitlements.policy.condition.family import Family

Prefix = Literal["", "ForAllValues", "ForAnyValue"]


@dataclass(frozen=True, slots=True)
class Operator:
    written: str
    family: Family | None
    """None: `Null`, which looks at presence alone."""
    negated: bool = False
    prefix: Prefix = ""
    if_exists: bool = False


FAMILIES: dict[str, tuple[Family, bool]] = {
    "StringEquals": (strings.EQUALS, False),
    "StringNotEquals": (strings.EQUALS, True),
    "StringEqualsIgnoreCase": (strings.EQUALS_IGNORE_CASE, False),
    "StringNotEqualsIgnoreCase": (strings.EQUALS_IGNORE_CASE, True),
    "StringLike": (strings.LIKE, False),
    "StringNotLike": (strings.LIKE, True),
    "NumericEquals": (numbers.EQUALS, False),
    "NumericNotEquals": (numbers.EQUALS, True),
    "NumericLessThan": (numbers.LESS, False),
    "NumericLessThanEquals": (numbers.AT_MOST, False),
    "NumericGreaterThan": (numbers.GREATER, False),
    "NumericGreaterThanEquals": (numbers.AT_LEAST, False),
    "DateEquals": (dates.EQUALS, False),
    "DateNotEquals": (dates.EQUALS, True),
    "DateLessThan": (dates.LESS, False),
    "DateLessThanEquals": (dates.AT_MOST, False),
    "DateGreaterThan": (dates.GREATER, False),
    "DateGreaterThanEquals": (dates.AT_LEAST, False),
    "Bool": (booleans.IS, False),
    "BinaryEquals": (binary.EQUALS, False),
    "IpAddress": (addresses.INSIDE, False),
    "NotIpAddress": (addresses.INSIDE, True),
    "ArnEquals": (arns.LIKE, False),
    "ArnLike": (arns.LIKE, False),
    "ArnNotEquals": (arns.LIKE, True),
    "ArnNotLike": (arns.LIKE, True),
}
_BY_NAME = {name.lower(): (name, *found) for name, found in FAMILIES.items()}
_PREFIXES: dict[str, Prefix] = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
_IF_EXISTS = "ifexists"


def parse_operator(written: str) -> Operator | None:
    """None for what is no operator. Names do not depend on case [O]."""
    prefix, colon, rest = written.lower().rpartition(":")
    if (colon and prefix not in _PREFIXES) or (not colon and prefix):
        return None
    chosen: Prefix = _PREFIXES[prefix] if colon else ""
    if rest == "null":
        return Operator(written, None) if not chosen else None
    if_exists = rest.endswith(_IF_EXISTS)
    found = _BY_NAME.get(rest.removesuffix(_IF_EXISTS))
    if found is None:
        return None
    _, family, negated = found
    return Operator(written, family, negated, chosen, if_exists)
