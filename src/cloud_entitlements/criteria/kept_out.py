"""Who can't assume a role though its trust policy names them: a Deny of the same policy, or an RCP above the account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cloud_entitlements.access.control import RCP
from cloud_entitlements.criteria.controls import controls, covers
from cloud_entitlements.criteria.exempt import account_in
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import Admitted
from cloud_entitlements.criteria.who import OF_SOURCES, SOURCES, Who, meant
from cloud_entitlements.policy.document import Condition, Statement

IN_TRUST = "a Deny of the trust policy"
Sparing = Callable[[Statement], tuple[Who, ...] | None]
"""Whom a Deny spares, though it means everybody; None where those may be anybody, or are not known."""


@dataclass(frozen=True, slots=True)
class Barrier:
    words: str
    """``RCP `name` at `node` ``, or IN_TRUST."""
    spared: tuple[Who, ...]

    def stops(self, account_id: str | None, around: Around) -> bool:
        """`account_id`: None for somebody of whom nothing is known."""
        if account_id is None:
            return True
        return not any(one.may_be(account_id, around.organization) for one in self.spared)


def barriers(subject: Subject, around: Around, those: Admitted, sparing: Sparing) -> Iterator[Barrier]:
    """In the way of whoever comes by the statement of `those`; the trust policy's own first."""
    for one in around.statements(subject.trust) or ():
        if one.effect == "Deny" and _means_all(one) and covers(one, those.actions, subject.arn):
            yield from _barrier(IN_TRUST, one, sparing)
    for control in controls(around, RCP).denies:
        if covers(control.statement, those.actions, subject.arn):
            yield from _barrier(control.words, control.statement, sparing)


def _barrier(words: str, statement: Statement, sparing: Sparing) -> Iterator[Barrier]:
    spared = sparing(statement)
    if spared is not None:
        yield Barrier(words, spared)


def _means_all(statement: Statement) -> bool:
    """Everybody, or everybody but those that it names."""
    element = statement.principals
    everybody = element is not None and any(
        value == "*" and kind in ("*", "AWS") for kind, value in element.entries
    )
    return element is not None and everybody is not element.negated


def _left_out(statement: Statement) -> Who:
    """Whom NotPrincipal names: of an account, all of it, for its users and roles are named beside it."""
    element = statement.principals
    found = Who()
    for kind, value in element.entries if element is not None and element.negated else ():
        account_id = account_in(value) if kind == "AWS" else ""
        if account_id:
            found |= Who(accounts=frozenset({account_id}))
        elif kind != "Service":
            found |= Who(others=True)
    return found


def sparing_callers(subject: Subject, around: Around) -> Sparing:
    """Of accounts and their users and roles; services that are spared are none of them."""

    def spared(statement: Statement) -> tuple[Who, ...] | None:
        found = [_left_out(statement)]
        for condition in statement.conditions:
            if _is(condition, "aws:principalisawsservice", "false"):
                continue
            who = meant(condition, subject, around.organization) if is_exception(condition) else None
            if who is None:
                return None
            found.append(who)
        return tuple(found)

    return spared


def sparing_services(subject: Subject, around: Around) -> Sparing:
    """Of services of AWS, by whom they act for."""

    def spared(statement: Statement) -> tuple[Who, ...] | None:
        if statement.principals is not None and statement.principals.negated:
            return None
        found = []
        for condition in statement.conditions:
            if _is(condition, "aws:principalisawsservice", "true") or _is_there(condition):
                continue
            excepts = is_exception(condition)
            who = meant(condition, subject, around.organization, OF_SOURCES) if excepts else None
            if who is None:
                return None
            found.append(who)
        return tuple(found)

    return spared


def is_exception(condition: Condition) -> bool:
    """It holds for all but its values, and for whoever has no such key (COND-02)."""
    operator = condition.operator
    return operator.negated and operator.family is not None and operator.prefix != "ForAnyValue"


def _is(condition: Condition, key: str, value: str) -> bool:
    family = condition.operator.family
    return (
        condition.key.lower() == key
        and family is not None
        and family.name == "Bool"
        and [one.lower() for one in condition.values] == [value]
    )


def _is_there(condition: Condition) -> bool:
    """Services that act for somebody say for whom."""
    return (
        condition.operator.family is None
        and condition.key.lower() in SOURCES
        and [one.lower() for one in condition.values] == ["false"]
    )
