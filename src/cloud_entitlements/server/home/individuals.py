"""Identities that the picture draws one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Q

from cloud_entitlements.server.home.grouping import Part
from cloud_entitlements.server.home.members import Member
from cloud_entitlements.server.identities.models import Identity

_ORDER = ("-impact_points", "-weight", "id")
Place = tuple[str, str, str]
"""Connection, account, impact."""


def individuals(
    shown: Sequence[Member], parts: Sequence[Sequence[Part]], skip: int
) -> Mapping[Place, Sequence[Identity]]:
    """By place, the gravest first; of a group that is drawn in part, so many of them after `skip`."""
    whole, found = Q(pk__in=[]), dict[Place, list[Identity]]()
    for member, part in _drawn(shown, parts):
        mine = Q(connection_id=member.connection_id, account_id=member.id, impact=part.group.letter)
        if part.singles == part.group.count:
            whole |= mine
        else:
            rows = Identity.objects.filter(mine).order_by(*_ORDER)[skip : skip + part.singles]
            found[member.connection_id, member.id, part.group.letter] = list(rows)
    for one in Identity.objects.filter(whole).order_by(*_ORDER):
        found.setdefault((one.connection_id, one.account_id, one.impact), []).append(one)
    return found


def _drawn(shown: Sequence[Member], parts: Sequence[Sequence[Part]]) -> Iterator[tuple[Member, Part]]:
    for member, those in zip(shown, parts, strict=True):
        for part in those:
            if part.singles:
                yield member, part
