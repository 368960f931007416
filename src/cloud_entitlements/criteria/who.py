"""Whom a condition means: accounts, organizations, or others who are fixed; and whether it lets in anybody else.

What somebody knows (`sts:ExternalId`), how they are tagged, or from which address they come says nothing of who they are:
an account of a stranger's can have all of it. A VPC or its endpoint is somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from cloud_entitlements.access import Organization
from cloud_entitlements.criteria.subject import Subject
from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.document import Condition, Statement
from cloud_entitlements.policy.pattern import has_wildcard


@dataclass(frozen=True, slots=True)
class Who:
    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    others: bool = False
    """Services, networks, unique ids: somebody in particular, whose account is not told."""

    def __or__(self, other: Who) -> Who:
        return Who(
            self.accounts | other.accounts,
            self.organizations | other.organizations,
            self.others or other.others,
        )

    def may_be(self, account_id: str, known: Organization) -> bool:
        """An account is of one organization at most, and those of ours are known."""
        return (
            self.others
            or account_id in self.accounts
            or any(one != known.id or account_id in known.accounts for one in self.organizations)
        )


NOBODY = Who()
SOURCES = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})
"""Keys that say for whom a service acts: no caller but a service has them."""
_Reader = Callable[[str, str], Who | None]
"""Of a value without variables, and the name of the operator's family; None: it may be anybody."""
Readers = Mapping[str, _Reader]
_ALWAYS_THERE = frozenset({"aws:principalarn", "aws:principalaccount", "aws:userid"})
_ARNS = frozenset({"aws:principalarn", "aws:sourcearn", "aws:sourcevpcarn"})
_TEXTS = ("String", "ARN")
"""Families of operators that ask who somebody is."""
_ACCOUNT, _SEGMENTS = 4, 6
_UNIQUE_ID = 16
"""The least length of `AROA…`, `AIDA…`."""
_OWN_ACCOUNT = re.compile(r"\$\{aws:ResourceAccount\}", re.IGNORECASE)
_OWN_ORGANIZATION = re.compile(r"\$\{aws:ResourceOrgID\}", re.IGNORECASE)


def narrowed_to(
    condition: Condition, subject: Subject, known: Organization, keys: Readers | None = None
) -> Who | None:
    """Whom it asks for; None where it lets in anybody who meets it, or does not ask who somebody is."""
    operator, key = condition.operator, condition.key.lower()
    if operator.negated:
        return None
    if (operator.if_exists or operator.prefix == "ForAllValues") and key not in _ALWAYS_THERE:
        return None  # COND-02: whoever has no such key meets it
    return meant(condition, subject, known, keys)


def narrowing(statement: Statement, subject: Subject, known: Organization) -> tuple[Who, ...]:
    """Each of them must be met."""
    found = (narrowed_to(one, subject, known) for one in statement.conditions)
    return tuple(one for one in found if one is not None)


def acting_for(statement: Statement, subject: Subject, known: Organization) -> tuple[Who, ...]:
    """For whom a service must act to be let in: each of them must be met."""
    found = (narrowed_to(one, subject, known, OF_SOURCES) for one in statement.conditions)
    return tuple(one for one in found if one is not None)


def meant(
    condition: Condition, subject: Subject, known: Organization, keys: Readers | None = None
) -> Who | None:
    """Those whom its values are, whether it asks for them or spares them; None: they may be anybody. `keys`: those that
    say who a caller is, else OF_SOURCES.
    """
    operator, key = condition.operator, condition.key.lower()
    family, read = operator.family, (_KEYS if keys is None else keys).get(key)
    if family is None or read is None or not family.name.startswith(_TEXTS):
        return None  # a number or a moment is more or less than others: that names nobody
    if (family.name == "ARN" and key not in _ARNS) or (is_multivalued(key) and not operator.prefix):
        return (
            None if operator.negated else NOBODY
        )  # COND-06, COND-03: whoever has the key meets neither form
    values = [_without_variables(value, subject, known) for value in condition.values]
    # a wildcard that the operator does not know is a letter, and nobody is called so
    found = [read(one, family.name) for one in values if family.patterned or not has_wildcard(one)]
    return None if None in found else _all(one for one in found if one is not None)


def _all(those: Iterable[Who]) -> Who:
    return reduce(Who.__or__, those, NOBODY)


def _without_variables(value: str, subject: Subject, known: Organization) -> str:
    """What the role itself fixes; any other variable stays, and is not fixed."""
    if not known.id or "${" not in value:
        return _OWN_ACCOUNT.sub(subject.account_id, value)
    return _OWN_ORGANIZATION.sub(known.id, _OWN_ACCOUNT.sub(subject.account_id, value))


def is_open(value: str) -> bool:
    return has_wildcard(value) or "${" in value


def _account(value: str, _family: str) -> Who | None:
    return None if is_open(value) else Who(accounts=frozenset({value}))


def _organization(value: str, _family: str) -> Who | None:
    return None if is_open(value) else Who(organizations=frozenset({value}))


def _path(value: str, family: str) -> Who | None:
    """`o-…/r-…/ou-…/*`"""
    return _organization(value.partition("/")[0], family)


def _arn(value: str, family: str) -> Who | None:
    """COND-06: with ARN operators a wildcard stays in its segment; with String ones it runs on, and paths may hold colons."""
    segments = value.split(":", _SEGMENTS - 1)
    if len(segments) <= _ACCOUNT:
        return None
    before = segments[_ACCOUNT] if family == "ARN" else ":".join(segments[: _ACCOUNT + 1])
    return (
        None if is_open(before) or not segments[_ACCOUNT] else Who(accounts=frozenset({segments[_ACCOUNT]}))
    )


def _user_id(value: str, _family: str) -> Who | None:
    """`AROA…:*` is a role, an account's number its root."""
    literal = value.partition("*")[0].partition("?")[0]
    if literal.isdigit() and literal == value:
        return Who(accounts=frozenset({value}))
    return Who(others=True) if len(literal) >= _UNIQUE_ID and "${" not in literal else None


def _somebody(value: str, _family: str) -> Who | None:
    return None if is_open(value) else Who(others=True)


def _somebodys_path(value: str, _family: str) -> Who | None:
    return None if is_open(value.partition("/")[0]) else Who(others=True)


def somebodys_arn(value: str, family: str = "") -> Who | None:
    """Of the resource for which a service asks; a bucket's says no account."""
    segments = value.split(":", _SEGMENTS - 1)
    if len(segments) == _SEGMENTS and not segments[_ACCOUNT] and not is_open(segments[-1][:1]):
        return None if is_open(":".join(segments[:_ACCOUNT])) else Who(others=True)
    return None if _arn(value, family) is None else Who(others=True)


def _source(value: str, family: str) -> Who | None:
    """As `somebodys_arn`, with the account where it says one."""
    return _arn(value, family) or somebodys_arn(value, family)


OF_SOURCES: Readers = {
    "aws:sourcearn": _source,
    "aws:sourceaccount": _account,
    "aws:sourceorgid": _organization,
    "aws:sourceorgpaths": _path,
}
"""By key, for whom a service acts."""
_KEYS: Readers = {
    "aws:principalaccount": _account,
    "aws:principalarn": _arn,
    "aws:principalorgid": _organization,
    "aws:principalorgpaths": _path,
    "aws:userid": _user_id,
    "aws:principalservicename": _somebody,
    "aws:principalservicenameslist": _somebody,
    "aws:sourcearn": somebodys_arn,
    "aws:sourceaccount": _somebody,
    "aws:sourceorgid": _somebody,
    "aws:sourceorgpaths": _somebodys_path,
    "aws:sourcevpc": _somebody,
    "aws:sourcevpcarn": somebodys_arn,
    "aws:sourcevpce": _somebody,
    "aws:vpceaccount": _somebody,
    "aws:vpceorgid": _somebody,
    "aws:vpceorgpaths": _somebodys_path,
}
