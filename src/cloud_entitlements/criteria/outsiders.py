"""Accounts and organizations that a trust policy lets in, and that are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cloud_entitlements.criteria.exempt import account_in
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import BY_AWS, Admitted
from cloud_entitlements.criteria.who import Who, acting_for, narrowing
from cloud_entitlements.inventory.layers import ORGANIZATION

_DIGITS = 12
_ANYBODY = ("*", "Not")


@dataclass(frozen=True, slots=True)
class Outsider:
    by: Admitted
    account_id: str = ""
    organization: str = ""
    """Where any account of it is let in."""
    known: bool = False
    """A person said so of the account."""
    by_service: bool = False
    """A service of AWS may, that acts for it."""

    @property
    def words(self) -> str:
        whose = (
            f"any account of the organization `{self.organization}`"
            if self.organization
            else f"account `{self.account_id}`"
        )
        if self.by_service:
            named = self.by.kind == "Service" and self.by.value != "*"
            return f"{f'`{self.by.value}`' if named else 'any service'} for {whose}"
        if self.by.kind == "AWS" and self.by.value != self.account_id:
            return f"`{self.by.value}` of account `{self.account_id}`"
        return whose


def outsiders(those: Admitted, subject: Subject, around: Around) -> Iterator[Outsider]:
    """`*` without a condition on who that is stands for nobody here: `trust-wildcard` tells it."""
    if not those.actions & actions(BY_AWS):
        return
    callers = narrowing(those.statement, subject, around.organization)
    if those.kind == "AWS":
        account_id = account_in(those.value)
        yield from _foreign(those, frozenset({account_id}), callers, subject, around)
    if those.kind in _ANYBODY:
        yield from _named(those, callers, subject, around)
    sources = acting_for(those.statement, subject, around.organization)
    # of everybody, services alone are left where nothing but their source is asked for
    if those.kind == "Service" or (those.kind in _ANYBODY and len(sources) == len(callers)):
        for one in _named(those, sources, subject, around):
            yield replace(one, by_service=True)


def _foreign(
    those: Admitted, accounts: frozenset[str], limits: tuple[Who, ...], subject: Subject, around: Around
) -> Iterator[Outsider]:
    for one in sorted(accounts):
        if _is_foreign(one, subject, around) and all(who.may_be(one, around.organization) for who in limits):
            yield Outsider(those, account_id=one, known=one in around.known_accounts)


def _named(those: Admitted, limits: tuple[Who, ...], subject: Subject, around: Around) -> Iterator[Outsider]:
    """Those whom conditions name."""
    accounts = frozenset(account for one in limits for account in one.accounts)
    # somebody whose account is not told may be of each of them
    whole = [one.organizations for one in limits if not one.others]
    yield from _foreign(those, accounts, limits, subject, around)
    for one in sorted(frozenset.intersection(*whole) if whole else ()):
        if one != around.organization.id:
            yield Outsider(those, organization=one)


def _is_foreign(account_id: str, subject: Subject, around: Around) -> bool:
    """Unique ids are dead, and a few of AWS's own principals have a name for an account."""
    if len(account_id) != _DIGITS or not account_id.isdigit() or account_id == subject.account_id:
        return False
    known = around.organization
    return account_id != known.management_account and account_id not in known.accounts


def may_not_be_told(around: Around) -> bool:
    """The organization was not read, and nobody said that there is none."""
    return not around.organization.standalone and not around.organization.was_read(ORGANIZATION, ORGANIZATION)
