"""Accounts and how many identities of each impact they have: what the picture of the organization is drawn from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, Sum

from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server.connections.identities import unread_accounts
from cloud_entitlements.server.connections.models import Account
from cloud_entitlements.server.identities.models import Identity

DIRECTORY = "identity-center"
"""Stands for an account's id where people and groups are in none: in Identity Center."""
NOWHERE = frozenset({Account.Status.LEFT, Account.Status.NOT_TARGETED})
"""Accounts in these states are none of the connection's."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Of some identities together."""

    identities: int = 0
    vulnerable: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    """Recommendations that are pending."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.identities + other.identities,
            self.vulnerable + other.vulnerable,
            self.high + other.high,
            self.medium + other.medium,
            self.low + other.low,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Identities of one account that have the same impact."""

    letter: str
    least: bool
    tally: Tally

    @property
    def count(self) -> int:
        return self.tally.identities


@dataclass(frozen=True, slots=True)
class Member:
    """An account; or the people of Identity Center, who are in none."""

    connection_id: str
    id: str
    """Empty: Identity Center."""
    name: str
    unit: str
    """Names from the root down, `Root / Workloads`; empty where it is not known."""
    groups: tuple[Group, ...]
    """The gravest first; empty: none of its identities is known."""
    unread: bool = False
    """Its users, roles and groups were never read: only its root user is known."""

    @property
    def known(self) -> bool:
        return bool(self.groups) and not self.unread

    @property
    def key(self) -> str:
        return self.id or DIRECTORY

    @property
    def letter(self) -> str:
        """The gravest; empty: unknown."""
        return self.groups[0].letter if self.known else ""

    @property
    def least(self) -> bool:
        return any(one.least for one in self.groups)

    @property
    def tally(self) -> Tally:
        return total(one.tally for one in self.groups)


def total(given: Iterable[Tally]) -> Tally:
    return sum(given, Tally())


def gravest(letters: Iterable[str]) -> str:
    """Empty: none is known."""
    return max(letters, default="")


def members(connection_ids: Sequence[str]) -> list[Member]:
    """The gravest first: by impact, then by what is recommended; those that were never read come last."""
    names, groups = _groups(connection_ids)
    known = {(one, account): (name, unit) for one, account, name, unit in _accounts(connection_ids)}
    unread = unread_accounts(connection_ids)
    found = [
        _member(key, *known.get(key, ("", "")), names.get(key, ""), groups.get(key, []), key in unread)
        for key in {**groups, **known}
    ]
    return sorted(found, key=_order)


Key = tuple[str, str]


def _member(key: Key, name: str, unit: str, other_name: str, groups: list[Group], unread: bool) -> Member:
    graver = sorted(groups, key=lambda one: one.letter, reverse=True)
    return Member(*key, name or other_name or key[1], unit, tuple(graver), unread)


def _order(one: Member) -> tuple[int | str, ...]:
    tally = one.tally
    rank = LETTERS.index(one.letter) if one.known else -1
    return (-rank, -tally.high, -tally.medium, -tally.low, -tally.identities, one.id, one.connection_id)


def _groups(connection_ids: Sequence[str]) -> tuple[dict[Key, str], dict[Key, list[Group]]]:
    names: dict[Key, str] = {}
    groups: dict[Key, list[Group]] = {}
    rows = Identity.objects.filter(connection_id__in=connection_ids).values(
        "connection_id", "account_id", "impact"
    )
    counted = rows.annotate(
        named=Max("account_name"),
        every=Count("*"),
        bad=Count("weight", Q(weight__gt=0)),
        unsure=Count("weight", Q(impact_least=True)),
        highs=Sum("high"),
        mediums=Sum("medium"),
        lows=Sum("low"),
    )
    for row in counted.order_by():
        key = row["connection_id"], row["account_id"]
        names[key] = row["named"]
        tally = Tally(row["every"], row["bad"], row["highs"], row["mediums"], row["lows"])
        groups.setdefault(key, []).append(Group(row["impact"], bool(row["unsure"]), tally))
    return names, groups


def _accounts(connection_ids: Sequence[str]) -> Iterable[tuple[str, str, str, str]]:
    """Those that connections know, read or not; imports have none."""
    live = [one for one in connection_ids if _is_uuid(one)]
    rows = Account.objects.filter(connection_id__in=live).exclude(status__in=NOWHERE)
    for connection_id, account_id, name, unit in rows.values_list(
        "connection_id", "account_id", "name", "unit_path"
    ).order_by():
        yield str(connection_id), account_id, name, unit


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
