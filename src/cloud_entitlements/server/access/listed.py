"""Who can, filtered: the groups that were asked for, their identities page by page, and a place to go on from."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access import Group, Someone, WhoCan

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Row:
    someone: Someone
    group: Group


@dataclass(frozen=True, slots=True)
class Filtered:
    found: WhoCan
    groups: tuple[Group, ...]
    ids: FrozenBitMap

    def page(self, start: int, limit: int) -> list[Row]:
        """By account, then ARN."""
        ids = list(self.ids[start : start + limit]) if start < len(self.ids) else []
        people = self.found.look_up(ids) if ids else ()
        return [Row(one, self._group_of(number)) for number, one in zip(ids, people, strict=True)]

    def every(self) -> Iterator[Row]:
        """Group by group, for there may be a million."""
        for group in self.groups:
            ids = list(group.ids)
            for start in range(0, len(ids), _CHUNK):
                for one in self.found.look_up(ids[start : start + _CHUNK]):
                    yield Row(one, group)

    def _group_of(self, number: int) -> Group:
        return next(one for one in self.groups if number in one.ids)


def filtered(found: WhoCan, certainty: str = "", group: str = "") -> Filtered:
    """Empty: not filtered by it."""
    groups = tuple(
        one for one in found.groups if certainty in ("", one.certainty) and group in ("", key_of(one))
    )
    return Filtered(found, groups, FrozenBitMap(BitMap.union(BitMap(), *(one.ids for one in groups))))


def key_of(group: Group) -> str:
    """The same for the same answer, whatever snapshot it is of: addresses hold it."""
    decision = group.decision
    told = json.dumps([decision.outcome, decision.residual, decision.incomplete])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def cursor(snapshot_id: str, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([snapshot_id, start]).encode()).decode().rstrip("=")


def start_of(cursor: str, snapshot_id: str) -> int | None:
    """None: it is no cursor, or one of another snapshot, in which the places differ."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    if not isinstance(position, list) or len(position) != 2 or position[0] != snapshot_id:  # noqa: PLR2004
        return None
    start = position[1]
    return start if type(start) is int and start >= 0 else None
