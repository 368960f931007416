"""The nodes of the picture: what each is, how grave, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server.home.figures import DIRECTORY_TYPES
from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.grouping import Part, Rest
from cloud_entitlements.server.home.members import Member, Tally, gravest, total
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.identities.models import Identity

Kind = Literal["organization", "account", "directory", "accounts", "identity", "identities"]
PATH = "/organization/"


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    kind: Kind
    parent: str
    """Empty: it is an organization, or accounts of several."""
    name: str
    detail: str
    """The id of an account, the ARN of an identity, the unit of accounts."""
    type: str
    """Of an identity; else empty."""
    letter: str
    """Of the gravest of them, A to E; empty: unknown."""
    least: bool
    """Not all policies were read: it may be more."""
    tally: Tally
    count: int
    """How many accounts or identities it stands for."""
    address: str
    drawer: bool
    """The address opens beside the picture; else it is a page."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Makes nodes with their addresses."""

    scope: Scope
    focus: Focus
    page: str
    """Where the picture is shown: its drawer opens there."""
    several: bool
    """There are several connections, and an identity may be in two of them."""

    def organization(self, connection_id: str, name: str, its: Sequence[Member]) -> Node:
        address = self.scope.address(PATH, connection=connection_id)
        if self.scope.connection and not self.focus.query():
            address = self.scope.identities()
        letter, least = _grave(its)
        tally = total(one.tally for one in its)
        return Node(
            f"o:{connection_id}", "organization", "", name or connection_id, "", "", letter, least, tally, len(its), address, False
        )  # fmt: skip

    def account(self, one: Member) -> Node:
        address = self._at(one.connection_id, account=one.key)
        if self.focus.account:
            address = self._identities(one)
        if not one.groups:
            address = f"/setup/aws/{one.connection_id}/accounts/#account-{one.id}"
        letter, least = _grave([one])
        return Node(
            _account(one), "account" if one.id else "directory", f"o:{one.connection_id}", one.name, one.id, "", letter, least,
            one.tally, one.tally.identities, address, False,
        )  # fmt: skip

    def _identities(self, one: Member) -> str:
        of = {"account": one.id} if one.id else {"type": DIRECTORY_TYPES}
        return self.scope.identities(connection=one.connection_id, **of)

    def accounts(self, rest: Rest, drawn: int) -> Node:
        """Those that are not drawn, after `drawn` that are."""
        if len(rest.members) == 1 and not rest.members[0].id:
            return self.account(rest.members[0])
        count = sum(1 for one in rest.members if one.id)
        among = ", Identity Center among them" if count < len(rest.members) else ""
        letter, least = _grave(rest.members)
        parent = f"o:{rest.connection_id}" if rest.connection_id else ""
        return Node(
            f"r:{rest.connection_id}:{rest.unit}", "accounts", parent, f"{count} more account{'' if count == 1 else 's'}{among}",
            rest.unit, "", letter, least, total(one.tally for one in rest.members), count, self._beyond(rest, drawn), False,
        )  # fmt: skip

    def _beyond(self, rest: Rest, drawn: int) -> str:
        if self.page != PATH:
            return self.scope.address(PATH)
        if rest.unit != self.focus.unit:
            return self._at(rest.connection_id, unit=rest.unit)
        if rest.connection_id and self.several:
            return self._at(rest.connection_id)
        return self.scope.address(PATH, **self.focus.query(skip=self.focus.skip + drawn))

    def identity(self, parent: Member, one: Identity) -> Node:
        of = {"of": one.connection_id} if self.several else {}
        address = self.scope.address(self.page, **self.focus.query(), **of, open=one.arn)
        tally = Tally(1, int(one.weight > 0), one.high, one.medium, one.low)
        return Node(
            f"i:{one.connection_id}:{one.arn}", "identity", _account(parent), one.name, one.arn, one.get_type_display(),
            one.impact, may_be_more(one.impact, one.impact_least), tally, 1, address, True,
        )  # fmt: skip

    def identities(self, parent: Member, part: Part) -> Node:
        """The group; or what is left of it when its gravest are drawn."""
        group = part.group
        skip = self.focus.skip if self.focus.impact else 0
        left = group.count - part.singles - skip
        further = skip + part.singles if self.focus.impact else 0
        address = self._at(parent.connection_id, account=parent.key, impact=group.letter, skip=further)
        name = f"{left}{' more' if part.singles else ''} with impact {group.letter}"
        return Node(
            f"g:{parent.connection_id}:{parent.key}:{group.letter}", "identities", _account(parent), name, "", "",
            group.letter, may_be_more(group.letter, group.least), group.tally, left, address, False,
        )  # fmt: skip

    def _at(self, connection_id: str, **more: str | int) -> str:
        given = {name: str(value) for name, value in more.items() if value}
        return self.scope.address(PATH, connection=connection_id, **given)


def _grave(its: Sequence[Member]) -> tuple[str, bool]:
    """The gravest letter of them, and whether it may be more."""
    letter = gravest(one.letter for one in its)
    return letter, may_be_more(letter, any(one.least for one in its))


def may_be_more(letter: str, least: bool) -> bool:
    return least and letter != LETTERS[-1]


def _account(one: Member) -> str:
    return f"a:{one.connection_id}:{one.key}"
