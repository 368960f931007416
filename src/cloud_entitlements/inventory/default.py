"""The snapshot that questions are asked of when none is named, and the list to choose from.

The file `default` beside the connections' folders names a connection, whose latest snapshot counts, or one snapshot.
Without it, or when what it names is gone, the newest snapshot of all counts. Publishing never writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from cloud_entitlements.inventory.publish import replace_text
from cloud_entitlements.inventory.snapshot import DEFAULT, Snapshot, pointed, whole


class NoSuchSnapshot(LookupError):
    """Nothing has that name or id, or more than one has."""


def published(snapshots: Path) -> list[Snapshot]:
    """All that can be read, the newest first."""
    homes = sorted(snapshots.iterdir()) if snapshots.is_dir() else []
    found = [one for home in homes if home.is_dir() for one in _readable(home)]
    return sorted(found, key=lambda one: (one.manifest.created_at, one.manifest.id), reverse=True)


def _readable(home: Path) -> Iterator[Snapshot]:
    for folder in whole(home):
        try:
            yield Snapshot.open(folder)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a newer program's, or damaged: another one may still be asked


def default_snapshot(snapshots: Path) -> Snapshot | None:
    """None when there is no snapshot at all."""
    named = _named(snapshots, pointed(snapshots))
    return named or next(iter(published(snapshots)), None)


def _named(snapshots: Path, where: tuple[str, ...]) -> Snapshot | None:
    try:
        if len(where) == 1:
            return Snapshot.latest(snapshots, where[0])
        return Snapshot.open(snapshots.joinpath(*where)) if where else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def use(snapshots: Path, reference: str) -> Snapshot:
    """Makes it the default: by a snapshot's id that one, by a name or a connection's id always the latest of it."""
    found = published(snapshots)
    exact = next((one for one in found if one.manifest.id == reference), None)
    if exact is not None:
        replace_text(snapshots / DEFAULT, f"{exact.manifest.connection_id}/{exact.manifest.id}\n")
        return exact
    newest = _newest(found, reference)
    return use_connection(snapshots, newest.manifest.connection_id) or newest


def latest_of(snapshots: Path, reference: str) -> Snapshot:
    """The latest of a connection, or of an import, by its id or name. Raises NoSuchSnapshot; ValueError and OSError when
    the latest is damaged, or a newer program's: an older one does not answer for it unasked.
    """
    newest = _newest(published(snapshots), reference)
    return Snapshot.latest(snapshots, newest.manifest.connection_id) or newest


def _newest(found: Sequence[Snapshot], reference: str) -> Snapshot:
    """`found`: the newest first. Raises NoSuchSnapshot, also where the name is that of two connections."""
    matching = [one for one in found if reference in (one.manifest.connection_id, one.manifest.name)]
    homes = {one.manifest.connection_id for one in matching}
    if not matching:
        raise NoSuchSnapshot(f"no snapshot has the name or id `{reference}`")
    if len(homes) > 1:
        raise NoSuchSnapshot(f"`{reference}` is the name of more than one: {', '.join(sorted(homes))}")
    return matching[0]


def use_connection(snapshots: Path, connection_id: str) -> Snapshot | None:
    replace_text(snapshots / DEFAULT, f"{connection_id}\n")
    return Snapshot.latest(snapshots, connection_id)
