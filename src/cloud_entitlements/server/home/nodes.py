"""The nodes of the picture: what each is, how grave, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.grouping import Part, Rest
from cloud_entitlements.server.home.members import Member, Tally, gravest, total
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.identities.models import Identity

Kind = Literal["organization", "account", "accounts", "identity", "identities"]
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
        letter, least = gravest(one.letter for one in its), any(one.least for one in its)
        tally = total(one.tally for one in its)
        return Node(
            f"o:{connection_id}", "organization", "", name or connection_id, "", "", letter, least, tally, len(its), address, False
        )  # fmt: skip

    def account(self, one: Member) -> Node:
        address = self._at(one.connection_id, account=one.id)
        if self.focus.account:
            address = self.scope.identities(connection=one.connection_id, account=one.id)
        if not one.groups and not self.focus.impact:
            address = f"/setup/aws/{one.connection_id}/accounts/#account-{one.id}"
        return Node(
            _account(one), "account", f"o:{one.connection_id}", one.name, one.id, "", one.letter, one.least, one.tally,
            one.tally.identities, address, False,
        )  # fmt: skip

    def accounts(self, rest: Rest, drawn: int) -> Node:
        """Those that are not drawn, after `drawn` that are."""
        count = len(rest.members)
        address = self._beyond(rest, drawn)
        letter = gravest(one.letter for one in rest.members)
        name = f"{count} more account{'' if count == 1 else 's'}"
        parent = f"o:{rest.connection_id}" if rest.connection_id else ""
        return Node(
            f"r:{rest.connection_id}:{rest.unit}", "accounts", parent, name, rest.unit, "", letter,
            any(one.least for one in rest.members), total(one.tally for one in rest.members), count, address, False,
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
            one.impact, one.impact_least, tally, 1, address, True,
        )  # fmt: skip

    def identities(self, parent: Member, part: Part) -> Node:
        """The group; or what is left of it when its gravest are drawn."""
        group = part.group
        skip = self.focus.skip if self.focus.impact else 0
        left = group.count - part.singles - skip
        further = skip + part.singles if self.focus.impact else 0
        address = self._at(parent.connection_id, account=parent.id, impact=group.letter, skip=further)
        name = f"{left}{' more' if part.singles else ''} with impact {group.letter}"
        return Node(
            f"g:{parent.connection_id}:{parent.id}:{group.letter}", "identities", _account(parent), name, "", "",
            group.letter, group.least, group.tally, left, address, False,
        )  # fmt: skip

    def _at(self, connection_id: str, **more: str | int) -> str:
        given = {name: str(value) for name, value in more.items() if value}
        return self.scope.address(PATH, connection=connection_id, **given)


def _account(one: Member) -> str:
    return f"a:{one.connection_id}:{one.id}"
