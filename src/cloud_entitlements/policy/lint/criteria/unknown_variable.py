from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Place, Statement
from cloud_entitlements.policy.keys import exists, names_near
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.near import meant_perhaps
from cloud_entitlements.policy.variables import keys_in

_OF_SERVICES = ("iot:", "credentials-iot:", "transfer:")
"""These services replace variables of their own before IAM sees the policy."""


def _find(document: Document) -> Iterator[Found]:
    for text, place, statement in texts_with_variables(document):
        for key in sorted(keys_in(text)):
            if not exists(key) and not key.startswith(_OF_SERVICES):
                yield Found(f"`${{{key}}}` is no variable that AWS lists", place, statement, _fix(key))


def texts_with_variables(document: Document) -> Iterator[tuple[str, Place, Statement]]:
    for statement in document.statements if document.policy.has_variables else ():
        for pattern, place in placed(statement.resources) if statement.resources else ():
            if "${" in pattern:
                yield pattern, place, statement
    for statement, condition in document.conditions() if document.policy.has_variables else ():
        if condition.operator.family is not None and condition.operator.family.expands:
            for value, place in document.values(statement, condition):
                if "${" in value:
                    yield value, place, statement


def _fix(key: str) -> str:
    if ":" not in key or "::" in key:
        return "it looks like a variable of a template: fill it in before the policy goes to AWS"
    return meant_perhaps(key, names_near(key))


UNKNOWN_VARIABLE = Criterion(
    code="unknown-variable",
    title="A variable that AWS's reference does not list",
    severity="warning",
    why="A variable without a value makes its resource or its value match nothing.",
    fix="a variable is named like a condition key: look it up among the global keys, or those of the service",
    find=_find,
)
