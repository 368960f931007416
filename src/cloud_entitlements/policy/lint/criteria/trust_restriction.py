from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """RES-04."""
    for statement in document.statements if document.kind == "trust" else ():
        if statement.resources is not None:
            yield Found(
                "a trust policy has no Resource: the role is meant", statement.resources.places[0], statement
            )
        for pattern, place in placed(statement.actions):
            if not is_everything(pattern) and not pattern.lower().startswith("sts:"):
                yield Found(
                    f"`{pattern}` is asked of no role: a trust policy is about `sts:` actions",
                    place,
                    statement,
                )


TRUST_RESTRICTION = Criterion(
    code="trust-restriction",
    title="What a trust policy can't hold",
    severity="error",
    why="AWS refuses it: a trust policy says who may assume this role, and nothing else.",
    fix="take it out; what the role may do stands in policies attached to it",
    find=_find,
)
