"""Accounts and organizations that a trust policy lets in, and that are not ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloud_entitlements.criteria.exempt import account_in
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.criteria.trust import BY_AWS, Admitted
from cloud_entitlements.criteria.who import Who, narrowing
from cloud_entitlements.inventory.layers import ORGANIZATION

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Outsider:
    by: Admitted
    account_id: str = ""
    organization: str = ""
    """Where any account of it is let in."""
    known: bool = False
    """A person said so of the account."""

    @property
    def words(self) -> str:
        if self.organization:
            return f"any account of the organization `{self.organization}`"
        if self.by.kind == "AWS" and self.by.value != self.account_id:
            return f"`{self.by.value}` of account `{self.account_id}`"
        return f"account `{self.account_id}`"


def outsiders(those: Admitted, subject: Subject, around: Around) -> Iterator[Outsider]:
    """`*` without a condition on who that is stands for nobody here: `trust-wildcard` tells it."""
    if not those.actions & actions(BY_AWS):
        return
    limits = narrowing(those.statement, subject, around.organization)
    accounts, organizations = _named(those, limits)
    for one in sorted(accounts):
        if _is_foreign(one, subject, around) and all(who.may_be(one, around.organization) for who in limits):
            yield Outsider(those, account_id=one, known=one in around.known_accounts)
    for one in sorted(organizations):
        if one != around.organization.id:
            yield Outsider(those, organization=one)


def _named(those: Admitted, limits: tuple[Who, ...]) -> tuple[frozenset[str], frozenset[str]]:
    if those.kind == "AWS":
        account_id = account_in(those.value)
        return frozenset({account_id} if account_id else ()), frozenset()
    if those.kind not in ("*", "Not"):
        return frozenset(), frozenset()
    accounts = frozenset(account for one in limits for account in one.accounts)
    # somebody whose account is not told may be of each of them
    whole = [one.organizations for one in limits if not one.others]
    return accounts, frozenset.intersection(*whole) if whole else frozenset()


def _is_foreign(account_id: str, subject: Subject, around: Around) -> bool:
    """Unique ids are dead, and a few of AWS's own principals have a name for an account."""
    if len(account_id) != _DIGITS or not account_id.isdigit() or account_id == subject.account_id:
        return False
    known = around.organization
    return account_id != known.management_account and account_id not in known.accounts


def may_not_be_told(around: Around) -> bool:
    """The organization was not read, and nobody said that there is none."""
    return not around.organization.standalone and not around.organization.was_read(ORGANIZATION, ORGANIZATION)
