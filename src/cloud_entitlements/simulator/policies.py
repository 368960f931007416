"""A small evaluator of IAM policies for the guard: enough for connectors, written for itself alone.

Effects, NotAction, NotResource, Principal, and the String, Arn, Bool and Null operators with IfExists. An
operator that it does not know raises, so that no seed can rely on a condition that is not enforced.
"""

from __future__ import annotations

import fnmatch
import json
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

Effect = Literal["Allow", "Deny"]
Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    principals: frozenset[str] = frozenset()
    """All names under which the caller may be meant: session, role or user ARN, account root, account id."""


def statements(document: str | Mapping[str, Any]) -> list[Statement]:
    parsed = _parsed(document) if isinstance(document, str) else document
    found = parsed.get("Statement", [])
    return found if isinstance(found, list) else [found]


@lru_cache(maxsize=4096)
def _parsed(document: str) -> Any:
    return json.loads(document)


def decide(chosen: Iterable[Statement], request: Request, *, by_principal: bool = False) -> Effect | None:
    """Deny wins; None is an implicit deny."""
    effects = {
        statement["Effect"] for statement in chosen if matches(statement, request, by_principal=by_principal)
    }
    return "Deny" if "Deny" in effects else "Allow" if "Allow" in effects else None


def matches(statement: Statement, request: Request, *, by_principal: bool) -> bool:
    return (
        _named(statement, "Action", request.action.lower(), str.lower)
        and _named(statement, "Resource", request.resource, str)
        and (not by_principal or _principal(statement, request))
        and all(
            _holds(name, key, values, request.context)
            for name, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _named(statement: Statement, element: str, value: str, fold: Any) -> bool:
    """`Action` or `NotAction`; an element that is absent (a trust policy's Resource) does not limit."""
    for name, wanted in ((element, True), (f"Not{element}", False)):
        if name in statement:
            return any(glob(fold(pattern), value) for pattern in _list(statement[name])) is wanted
    return True


def _principal(statement: Statement, request: Request) -> bool:
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    named = set(_list(principal.get("AWS", [])))
    return "*" in named or not named.isdisjoint(request.principals)


def _holds(name: str, key: str, values: Any, context: Mapping[str, str]) -> bool:
    given = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if_exists, base = name.endswith("IfExists"), name.removesuffix("IfExists")
    if base == "Null":
        return (given is None) == (str(_list(values)[0]).lower() == "true")
    negated = "Not" in base
    if given is None:
        return if_exists or negated
    compare = _OPERATORS[base.replace("Not", "")]
    return any(compare(str(value), given) for value in _list(values)) is not negated


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    # `[` is literal in IAM and a set in fnmatch
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")))


def glob(pattern: str, value: str) -> bool:
    return _regex(pattern).match(value) is not None


def _same_ignoring_case(wanted: str, given: str) -> bool:
    return wanted.lower() == given.lower()


_OPERATORS: dict[str, Any] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": _same_ignoring_case,
    "StringLike": glob,
    "ArnEquals": glob,
    "ArnLike": glob,
    "Bool": _same_ignoring_case,
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
