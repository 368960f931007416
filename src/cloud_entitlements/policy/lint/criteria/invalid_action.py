from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found

_ACTION = re.compile(r"[\w*?-]+:[\w*?.-]+", re.ASCII)


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, place in placed(statement.actions):
            if not is_everything(pattern) and "${" not in pattern and _ACTION.fullmatch(pattern) is None:
                yield Found(f"`{pattern}` is no action", place, statement)


INVALID_ACTION = Criterion(
    code="invalid-action",
    title="An action that is not `service:Name`",
    severity="error",
    why="AWS refuses it, and it matches nothing.",
    fix="write the service's prefix, a colon and the action's name: `s3:GetObject`",
    find=_find,
)
