from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_UNIQUE_ID = re.compile(r"A(?:IDA|ROA|GPA|NPA|SIA|KIA)[A-Z0-9]{12,}")


def _find(document: Document) -> Iterator[Found]:
    """PRN-02."""
    for statement in document.statements:
        element = statement.principals
        for (kind, value), place in zip(element.entries, element.places, strict=True) if element else ():
            if kind == "AWS" and _UNIQUE_ID.fullmatch(value):
                yield Found(f"`{value}` is the id of a principal that was deleted", place, statement)


DELETED_PRINCIPAL = Criterion(
    code="deleted-principal",
    title="A principal that was deleted",
    severity="warning",
    why="AWS shows the bare id when the user or role is gone: it matches nobody, not even one made anew under the name.",
    fix="take it out, or write the ARN of the one that exists",
    find=_find,
)
