from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_ACCOUNT = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:[\w-]+:(?:iam|sts)::(?:\d{12}|cloudfront|aws):\S.*", re.ASCII)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
_SERVICE = re.compile(r"[\w-]+(?:\.[\w-]+)+", re.ASCII)


def _find(document: Document) -> Iterator[Found]:
    """PRN-01, PRN-03."""
    for statement in document.statements:
        element = statement.principals
        for (kind, value), place in zip(element.entries, element.places, strict=True) if element else ():
            wrong = "" if "${" in value else _wrong(kind, value)
            if wrong:
                yield Found(f"`{value}` {wrong}", place, statement)


def _wrong(kind: str, value: str) -> str:
    if value == "*" and kind in ("*", "AWS"):
        return ""
    if "*" in value or "?" in value:
        return "has a wildcard: only `*` alone stands for everybody"
    if kind == "Service":
        return "" if _SERVICE.fullmatch(value) else "is no service: write `lambda.amazonaws.com`"
    if kind == "AWS":
        return _wrong_aws(value)
    return ""


def _wrong_aws(value: str) -> str:
    if _ACCOUNT.fullmatch(value) or _UNIQUE_ID.fullmatch(value):
        return ""
    if _ARN.fullmatch(value) is None:
        return "is neither an account nor the ARN of a principal"
    return "is a group, and groups are no principals" if ":group/" in value else ""


INVALID_PRINCIPAL = Criterion(
    code="invalid-principal",
    title="A principal that can't be one",
    severity="error",
    why="AWS refuses it: principals are accounts, users, roles, sessions, services and providers, each written in full.",
    fix="name the principal in full; for many, use `*` with a condition on `aws:PrincipalArn`",
    find=_find,
)
