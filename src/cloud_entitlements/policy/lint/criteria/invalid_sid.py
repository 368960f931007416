from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_SID = re.compile(r"[A-Za-z0-9]*")


def _find(document: Document) -> Iterator[Found]:
    if document.kind == "resource":
        return
    for statement in document.statements:
        if _SID.fullmatch(statement.sid) is None:
            yield Found(f"the Sid `{statement.sid}` has other characters", statement.place, statement)


INVALID_SID = Criterion(
    code="invalid-sid",
    title="A Sid with characters other than letters and digits",
    severity="warning",
    why="IAM and Organizations refuse to save it; only some services accept spaces and dashes in resource policies.",
    fix="leave letters and digits only",
    find=_find,
)
