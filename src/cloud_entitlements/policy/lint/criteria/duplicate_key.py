from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Place
from cloud_entitlements.policy.errors import MalformedPolicy
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def is_repeated(wrong: MalformedPolicy) -> bool:
    return wrong.text.endswith("` is repeated")


def _find(document: Document) -> Iterator[Found]:
    """DOC-01."""
    wrong = document.malformed
    if wrong is not None and is_repeated(wrong):
        yield Found(wrong.text, Place(wrong.line, wrong.column))


DUPLICATE_KEY = Criterion(
    code="duplicate-key",
    title="A key is repeated in one object",
    severity="error",
    why="AWS refuses the document, while most JSON libraries silently keep the last one: reviewers see another policy.",
    fix="join both into one: several values of a key are a list",
    find=_find,
)
