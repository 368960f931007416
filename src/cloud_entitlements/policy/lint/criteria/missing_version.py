from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """STMT-02."""
    if document.malformed is None and not document.policy.has_variables:
        yield Found("the version is 2008-10-17, written or by default", document.place)


MISSING_VERSION = Criterion(
    code="missing-version",
    title="The version is not 2012-10-17",
    severity="note",
    why="Without a version AWS reads the language of 2008, in which variables are plain text.",
    fix='write `"Version": "2012-10-17"`',
    find=_find,
)
