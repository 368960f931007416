from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    if document.malformed is None and not document.statements:
        yield Found("the list of statements is empty", document.place)


NO_STATEMENT = Criterion(
    code="no-statement",
    title="The policy has no statement",
    severity="error",
    why="AWS refuses to save a policy that says nothing.",
    fix="add a statement, or delete the policy",
    find=_find,
)
