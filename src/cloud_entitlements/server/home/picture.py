"""The organization as a picture: connections, their accounts, the identities of these; each as grave as its gravest.

No more nodes than can be looked at. What does not fit is grouped and counted: accounts by unit, the identities of an account
by impact. A group opens at an address of its own; nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.grouping import Part, Rest, rests, spread
from cloud_entitlements.server.home.individuals import Place, individuals
from cloud_entitlements.server.home.members import Member, members
from cloud_entitlements.server.home.nodes import PATH, Draw, Node
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.identities.models import Analysis, Identity


@dataclass(frozen=True, slots=True)
class Limits:
    nodes: int = 200
    accounts: int = 100
    """Where there are more, the `first` are drawn and the others grouped."""
    first: int = 40
    rests: int = 40
    """Groups of accounts."""
    singles: int = 1000
    """No more identities of an account and impact are drawn by themselves; they stay a group."""


WHOLE = Limits()
SMALL = Limits(nodes=85, accounts=10, first=9, rests=1, singles=10)
"""On Home."""


@dataclass(frozen=True, slots=True)
class Picture:
    nodes: Sequence[Node]
    """Parents before their children, the gravest first."""
    accounts: int
    """That are looked at, drawn or grouped."""
    identities: int
    grouped_accounts: int
    grouped_identities: int
    """In groups, in accounts that stay closed, and in accounts that are grouped."""
    unread: int
    """Accounts whose identities are unknown."""

    @property
    def edges(self) -> list[tuple[str, str]]:
        return [(one.parent, one.id) for one in self.nodes if one.parent]

    @property
    def whole(self) -> bool:
        return not self.grouped_accounts and not self.grouped_identities


def picture(scope: Scope, focus: Focus, limits: Limits = WHOLE, page: str = PATH) -> Picture:
    """`page`: the address of the page that shows it."""
    connection_ids = scope.connections()
    names = dict(
        Analysis.objects.filter(connection_id__in=connection_ids).values_list("connection_id", "name")
    )
    listed = focus.of_these(members(connection_ids))
    shown = listed[: len(listed) if len(listed) <= limits.accounts else limits.first]
    left = rests(listed[len(shown) :], focus.unit, limits.rests)
    room = limits.nodes - len(_roots(shown, left)) - len(shown) - len(left)
    passed = focus.skip if focus.impact else 0
    parts = spread(shown, room, limits.singles, partly=bool(focus.account), skip=passed)
    draw = Draw(scope, focus, page, several=len(connection_ids) > 1)
    those = individuals(shown, parts, passed)
    nodes: list[Node] = []
    for root in (*_roots(shown, left), ""):
        its = [one for one in listed if one.connection_id == root]
        nodes += [draw.organization(root, names.get(root, ""), its)] if root else []
        for member, its_parts in zip(shown, parts, strict=True):
            nodes += _below(draw, member, its_parts, those) if member.connection_id == root else []
        nodes += [draw.accounts(one, len(shown)) for one in left if one.connection_id == root]
    identities = sum(one.tally.identities for one in listed) - passed
    drawn = sum(1 for one in nodes if one.kind == "identity")
    return Picture(
        nodes,
        _accounts(listed),
        identities,
        _accounts(listed[len(shown) :]),
        identities - drawn,
        _accounts([one for one in listed if not one.known]),
    )


def _accounts(those: Sequence[Member]) -> int:
    return sum(1 for one in those if one.id)


def _roots(shown: Sequence[Member], left: Sequence[Rest]) -> list[str]:
    """Connections of what is drawn, in its order."""
    drawn = [one.connection_id for one in shown] + [one.connection_id for one in left]
    return [one for one in dict.fromkeys(drawn) if one]


def _below(
    draw: Draw, member: Member, parts: Sequence[Part], those: Mapping[Place, Sequence[Identity]]
) -> Iterator[Node]:
    """An account and what is drawn of it."""
    passed = draw.focus.skip if draw.focus.impact else 0
    yield draw.account(member)
    for part in parts:
        singles = those.get((member.connection_id, member.id, part.group.letter), ())
        yield from (draw.identity(member, one) for one in singles)
        if len(singles) < part.group.count - passed:
            yield draw.identities(member, part)
