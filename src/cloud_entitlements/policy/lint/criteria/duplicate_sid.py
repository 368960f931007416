from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    seen: set[str] = set()
    for statement in document.statements:
        if statement.sid and statement.sid in seen:
            yield Found(
                f"the Sid `{statement.sid}` stands on an earlier statement too", statement.place, statement
            )
        seen.add(statement.sid)


DUPLICATE_SID = Criterion(
    code="duplicate-sid",
    title="Two statements have one Sid",
    severity="warning",
    why="It changes no decision, but IAM refuses to save the policy, and reports name the wrong statement.",
    fix="give each statement a Sid of its own, or none",
    find=_find,
)
