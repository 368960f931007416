from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Place
from cloud_entitlements.policy.lint.criteria.duplicate_key import is_repeated
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    wrong = document.malformed
    if wrong is not None and not is_repeated(wrong):
        yield Found(wrong.text, Place(wrong.line, wrong.column))


MALFORMED_DOCUMENT = Criterion(
    code="malformed-document",
    title="The document can't be read",
    severity="error",
    why="AWS refuses it, and nothing after this place was looked at.",
    fix="mend this place, then look again: only the first mistake is told",
    find=_find,
)
