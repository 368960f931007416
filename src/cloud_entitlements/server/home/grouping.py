"""What of an organization is drawn by itself and what is grouped, so that no more is drawn than can be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_entitlements.server.home.members import Group, Member

BETWEEN = " / "
"""Units of a path."""
_FEW = 20
"""With less room than this a group is not opened in part."""


@dataclass(frozen=True, slots=True)
class Part:
    """Identities of an account with one impact."""

    group: Group
    singles: int
    """How many of them are drawn by themselves: none, some of the gravest, or all that are left."""


def spread(
    shown: Sequence[Member], room: int, most: int = 1000, *, partly: bool = False, skip: int = 0
) -> list[list[Part]]:
    """For each account what is drawn of it, in at most `room` nodes; nothing: it stays closed.

    Accounts open in the order given; then groups of at most `most`, the gravest first. `partly`: a group that is too large is begun. `skip`: so
    many identities of a group are passed over.
    """
    opened = []
    for number, member in enumerate(shown):
        if len(member.groups) <= room:
            opened += [(number, group) for group in member.groups]
            room -= len(member.groups)
    parts: dict[tuple[int, str], Part] = {}
    for number, group in sorted(opened, key=lambda one: (-ord(one[1].letter), one[0])):
        count = max(group.count - skip, 0)
        fits = count <= min(room + 1, most)
        singles = count if fits else room if partly and room >= _FEW else 0
        room -= max(singles - 1, 0) if fits else singles
        parts[number, group.letter] = Part(group, singles)
    return [
        [parts[number, group.letter] for group in member.groups if (number, group.letter) in parts]
        for number, member in enumerate(shown)
    ]


@dataclass(frozen=True, slots=True)
class Rest:
    """Accounts that are not drawn by themselves."""

    connection_id: str
    """Empty: of several."""
    unit: str
    """Below which they all are; empty: not known, or of several."""
    members: Sequence[Member]


def rests(left: Sequence[Member], within: str, most: int) -> list[Rest]:
    """By unit, as deep as `most` groups allow; the gravest first, as the accounts come. `within`: the unit that is looked at."""
    if not left:
        return []
    for depth in range(_depth(left), _parts(within), -1):
        found = _grouped(left, depth)
        if len(found) <= most:
            return found
    by_connection = _grouped(left, _parts(within))
    return by_connection if len(by_connection) <= most else [Rest("", within, left)]


def _grouped(left: Sequence[Member], depth: int) -> list[Rest]:
    groups: dict[tuple[str, str], list[Member]] = {}
    for one in left:
        unit = BETWEEN.join(one.unit.split(BETWEEN)[:depth])
        groups.setdefault((one.connection_id, unit), []).append(one)
    return [Rest(connection_id, unit, those) for (connection_id, unit), those in groups.items()]


def _depth(left: Sequence[Member]) -> int:
    return max(_parts(one.unit) for one in left)


def _parts(unit: str) -> int:
    return len(unit.split(BETWEEN)) if unit else 0
