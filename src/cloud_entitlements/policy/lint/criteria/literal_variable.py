from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """STMT-02."""
    if document.policy.has_variables:
        return
    for statement in document.statements:
        for pattern, place in placed(statement.resources) if statement.resources else ():
            if "${" in pattern:
                yield Found(f"`{pattern}` is taken literally: the version is 2008-10-17", place, statement)
    for statement, condition in document.conditions():
        for value, place in document.values(statement, condition):
            if "${" in value:
                yield Found(f"`{value}` is taken literally: the version is 2008-10-17", place, statement)


LITERAL_VARIABLE = Criterion(
    code="literal-variable",
    title="A variable in a policy of the old version",
    severity="error",
    why="Before version 2012-10-17 `${…}` is no variable: the text is compared as it stands, and practically never matches.",
    fix='write `"Version": "2012-10-17"`',
    find=_find,
)
