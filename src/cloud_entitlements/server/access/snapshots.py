"""The snapshots that page and API ask: the latest of each connection, but of those that are switched off.

One that can't be read is told beside the others, and keeps none of them from being asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from cloud_entitlements.inventory import Snapshot, default_snapshot
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.refusals import NotFound, NotReady


@dataclass(frozen=True, slots=True)
class Damaged:
    """A connection or an import whose latest snapshot can't be read, and why."""

    connection_id: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Chosen:
    snapshot: Snapshot
    default: bool
    """It is what a terminal on this machine asks when it is told nothing."""

    @property
    def connection_id(self) -> str:
        return self.snapshot.manifest.connection_id

    @property
    def name(self) -> str:
        return self.snapshot.manifest.name or self.connection_id

    @property
    def live(self) -> bool:
        return self.snapshot.manifest.origin == "live"


def choices() -> list[Chosen]:
    """The default first, then the newest."""
    default = default_snapshot(settings.SNAPSHOTS_DIR)
    named = default.manifest.id if default else ""
    hidden = switched_off()
    found = [one for one in _latest() if one.manifest.connection_id not in hidden]
    if default and default.manifest.connection_id not in hidden:
        # the default may be an older one of its connection, by choice
        others = [one for one in found if one.manifest.connection_id != default.manifest.connection_id]
        found = [default, *others]
    return [Chosen(one, one.manifest.id == named) for one in found]


def choose(connection_id: str | None = None) -> Chosen:
    """Raises NotReady when there is none at all, NotFound when there is none of this connection."""
    found = choices()
    if connection_id:
        for one in found:
            if connection_id in (one.connection_id, one.snapshot.manifest.id):
                return one
        raise NotFound(
            f"there is no snapshot of the connection `{connection_id}`",
            "leave the connection out to ask the default; one that is switched off is not asked",
        )
    if not found:
        raise _none()
    return found[0]


def _none() -> NotReady:
    if switched_off():
        return NotReady(
            "no_snapshot",
            "every connection is switched off, and what is off is not asked",
            "switch one on under Setup, or import files with `ciem snapshot import`",
        )
    return NotReady(
        "no_snapshot",
        "nothing was collected or imported yet",
        "connect an organization under Setup, or import files with `ciem snapshot import`",
    )


def switched_off() -> set[str]:
    off = Connection.objects.filter(enabled=False).values_list("id", flat=True)
    return {str(one) for one in off}


def readable(connection_id: str) -> Snapshot | None:
    """The latest of a connection or an import; None where there is none, or it is damaged."""
    found = _read(connection_id)
    return found if isinstance(found, Snapshot) else None


def damaged(connection_id: str = "") -> list[Damaged]:
    """Of this connection, or of all but those that are switched off."""
    homes = [connection_id] if connection_id else sorted(set(_homes()) - switched_off())
    lost = {one: found for one in homes if isinstance(found := _read(one), str)}
    names = {str(one.id): one.name for one in Connection.objects.all()} if lost else {}
    return [Damaged(one, names.get(one, one), why) for one, why in lost.items()]


def _latest() -> list[Snapshot]:
    """Of each connection and import; what a newer program wrote, or is damaged, is passed over."""
    found = [one for home in _homes() if (one := readable(home)) is not None]
    return sorted(found, key=lambda one: (one.manifest.created_at, one.manifest.id), reverse=True)


def _homes() -> Iterator[str]:
    folder = settings.SNAPSHOTS_DIR
    return (home.name for home in (folder.iterdir() if folder.is_dir() else ()) if home.is_dir())


def _read(connection_id: str) -> Snapshot | str | None:
    """The latest, or why it can't be read."""
    try:
        return Snapshot.latest(settings.SNAPSHOTS_DIR, connection_id)
    except (OSError, ValueError) as error:
        return str(error)
