"""Whom a trust policy names: each principal of each statement that allows to assume the role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cloud_entitlements.access.index.universe import actions_of_element
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy.document import Statement, statement_place

BY_AWS, BY_TOKEN, BY_SAML = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
UNREAD = "its trust policy was not read"


@dataclass(frozen=True, slots=True)
class Admitted:
    statement: Statement
    kind: str
    """`AWS`, `Service`, `Federated`, `CanonicalUser`; `*`: everybody; `Not`: everybody but `value`."""
    value: str
    actions: int
    """Those of the three by which a role is assumed that the statement allows."""


def admitted(subject: Subject, around: Around) -> tuple[Admitted, ...] | None:
    """None: the trust policy was not read, or can't be."""
    statements = around.statements(subject.trust)
    if statements is None:
        return None
    return tuple(one for statement in statements if statement.effect == "Allow" for one in _named(statement))


def assumed_by(statement: Statement) -> int:
    """Tags and source identities come with an assumption, and are none themselves (TRUST-03)."""
    return actions_of_element(statement.actions.patterns, statement.actions.negated) & _assuming()


def _named(statement: Statement) -> Iterator[Admitted]:
    allowed = assumed_by(statement)
    if not allowed or statement.principals is None:
        return
    if statement.principals.negated:
        listed = ", ".join(value for _kind, value in statement.principals.entries)
        yield Admitted(statement, "Not", listed, allowed)
        return
    for kind, value in statement.principals.entries:
        yield Admitted(statement, "*" if kind == "AWS" and value == "*" else kind, value, allowed)


@lru_cache(1)
def _assuming() -> int:
    return actions(BY_AWS, BY_TOKEN, BY_SAML)


def in_trust(subject: Subject, statement: Statement, text: str) -> Evidence:
    return Evidence(text, policy="trust policy", document=subject.trust or "", statement=statement.number)


def named(statement: Statement) -> str:
    """As a person finds it: by its place, and its Sid."""
    sid = f" (`{statement.sid}`)" if statement.sid else ""
    return f"`{statement_place(statement.number)}`{sid}"
