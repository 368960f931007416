from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Place, Statement
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.resources import SEGMENTS

_Told = tuple[str, Place, Statement]


def _find(document: Document) -> Iterator[Found]:
    """VAR-01, RES-05."""
    for where in (_in_actions, _in_resources, _in_principals, _in_values, _in_keys):
        for told, place, statement in where(document):
            yield Found(told, place, statement)


def _in_actions(document: Document) -> Iterator[_Told]:
    for statement in document.statements:
        for pattern, place in placed(statement.actions):
            if "${" in pattern:
                yield f"`{pattern}` is an action: variables are not replaced there", place, statement


def _in_resources(document: Document) -> Iterator[_Told]:
    for statement in document.statements if document.policy.has_variables else ():
        for pattern, place in placed(statement.resources) if statement.resources else ():
            if any("${" in one for one in _before_the_resource(pattern)):
                yield f"`{pattern}` has a variable before the resource part", place, statement


def _before_the_resource(pattern: str) -> list[str]:
    """Colons inside of `${…}` part nothing."""
    segments, depth, found = [""], 0, pattern.split(":")
    for part in found:
        segments[-1] += part
        depth += part.count("${") - part.count("}")
        if depth <= 0:
            segments.append("")
    return segments[: SEGMENTS - 1] if pattern.startswith("arn:") else []


def _in_principals(document: Document) -> Iterator[_Told]:
    for statement in document.statements:
        element = statement.principals
        for (_, value), place in zip(element.entries, element.places, strict=True) if element else ():
            if "${" in value:
                yield f"`{value}` is a principal: variables are not replaced there", place, statement


def _in_values(document: Document) -> Iterator[_Told]:
    for statement, condition in document.conditions():
        family = condition.operator.family
        if family is not None and family.expands:
            continue
        for value, place in document.values(statement, condition):
            if "${" in value:
                yield (
                    f"`{value}`: `{condition.operator.written}` does not replace variables",
                    place,
                    statement,
                )


def _in_keys(document: Document) -> Iterator[_Told]:
    for statement, condition in document.conditions():
        if "${" in condition.key:
            yield f"`{condition.key}` is a key: variables are not replaced there", condition.place, statement


VARIABLE_MISPLACED = Criterion(
    code="variable-misplaced",
    title="A variable where none is replaced",
    severity="warning",
    why="AWS replaces `${…}` in the resource part of an ARN, and in values of String, ARN and Bool operators; nowhere else.",
    fix="write the value itself, or compare a condition key instead",
    find=_find,
)
