"""Evidence as it is shown: a few pieces, and then how many more there are."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.subject import Subject
from cloud_entitlements.policy.document import Statement

MOST = 5
TRUST = "trust policy"


def few(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    listed = tuple(found)
    more = len(listed) - MOST
    return (*listed[:MOST], Evidence(f"and {more} more")) if more > 0 else listed


def in_trust(subject: Subject, statement: Statement, text: str) -> Evidence:
    """Of a statement of a role's trust policy."""
    return Evidence(text, policy=TRUST, document=subject.trust or "", statement=statement.number)


def named(statement: Statement) -> str:
    """As a person finds it: `statement 0`, with its Sid where it has one."""
    return f"statement `{statement.sid}`" if statement.sid else f"statement {statement.number}"
