"""A role's trust policy in words: who may take the role, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.policy.document import Condition, Statement

ACCOUNT = "the account"
"""And of it, whom its own policies allow."""
_ACCOUNT_AT = 4


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whom a statement means."""

    words: str
    """`the AWS service`, `anybody`, …"""
    value: str
    """As the policy has it."""
    more: str = ""
    """The account's name, where it is known."""
    known: bool = False
    """A known account: of others, and a person said whose."""


@dataclass(frozen=True, slots=True)
class Trusted:
    effect: str
    number: int
    """From 1."""
    sid: str
    all_but: bool
    who: Sequence[Admitted]
    actions: Sequence[str]
    conditions: Sequence[str]
    """`StringEquals sts:ExternalId x, y`, a line each."""


def in_words(
    statements: Sequence[Statement], accounts: Mapping[str, Mapping[str, Any]], known: Mapping[str, str]
) -> Sequence[Trusted]:
    """`accounts`: the organization's; `known`: names of known accounts, by id."""
    return [
        Trusted(
            one.effect,
            one.number + 1,
            one.sid,
            bool(one.principals and one.principals.negated),
            list(_who(one, accounts, known)),
            one.actions.patterns,
            [_condition(condition) for condition in one.conditions],
        )
        for one in statements
    ]


def _who(
    statement: Statement, accounts: Mapping[str, Mapping[str, Any]], known: Mapping[str, str]
) -> Iterator[Admitted]:
    for kind, value in statement.principals.entries if statement.principals else ():
        account = _account(value)
        if account in accounts or account not in known:
            name = str((accounts.get(account) or {}).get("name") or "")
            yield Admitted(_words(kind, value), value, name)
        else:
            yield Admitted(_words(kind, value), value, known[account], known=True)


def _words(kind: str, value: str) -> str:
    if value == "*":
        return "anybody"
    if kind == "Service":
        return "the AWS service"
    if kind == "Federated":
        return "who signs in through"
    if kind == "CanonicalUser":
        return "the account of canonical id"
    resource = value.split(":", 5)[-1]
    if value.isdigit() or resource == "root":
        return ACCOUNT
    return {"role": "the role", "user": "the user", "assumed-role": "the session"}.get(
        resource.partition("/")[0], "the principal"
    )


def _account(value: str) -> str:
    if value.isdigit():
        return value
    parts = value.split(":", 5)
    return parts[_ACCOUNT_AT] if len(parts) > _ACCOUNT_AT else ""


def _condition(one: Condition) -> str:
    return f"{one.operator.written} {one.key} {', '.join(one.values)}"
