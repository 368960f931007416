from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.lint.resources import SEGMENTS
from cloud_entitlements.policy.pattern import matches_everything
from cloud_entitlements.policy.variables import pieces

_DIGITS = re.compile(r"\d+")
_ACCOUNT_DIGITS = 12
_ALSO = ("${", "execute-api:/")
"""A variable that holds the whole ARN is odd, but not plainly wrong; API Gateway has a short form in policies of an API."""


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        for pattern, place in placed(statement.resources) if statement.resources else ():
            wrong = _wrong(pattern)
            if wrong:
                yield Found(f"`{pattern}` {wrong}", place, statement)


def _wrong(pattern: str) -> str:
    if matches_everything(pattern):
        return ""
    text = "".join(one if isinstance(one, str) else "*" for one in pieces(pattern))
    if not text.startswith("arn:"):
        return "" if pattern.startswith(_ALSO) else "is neither an ARN nor `*`"
    segments = text.split(":", SEGMENTS - 1)
    if len(segments) < SEGMENTS and not text.endswith("*"):
        return f"has {len(segments)} of the {SEGMENTS} parts of an ARN"
    account = segments[4] if len(segments) == SEGMENTS else ""
    if _DIGITS.fullmatch(account) and len(account) != _ACCOUNT_DIGITS:
        return f"has an account of {len(account)} digits instead of {_ACCOUNT_DIGITS}"
    return ""


INVALID_RESOURCE = Criterion(
    code="invalid-resource",
    title="A resource that is no ARN",
    severity="error",
    why="AWS refuses it or it matches nothing: an ARN has six parts, `arn:partition:service:region:account:resource`.",
    fix="write the whole ARN, with nothing between two colons where the service leaves a part out, or `*`",
    find=_find,
)
