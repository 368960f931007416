"""Two snapshots to compare, by their ids, or by what they are to each other: `latest`, and `previous`, the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_entitlements.inventory.default import NoSuchSnapshot
from cloud_entitlements.inventory.snapshot import Snapshot

LATEST, PREVIOUS = "latest", "previous"


def pair(
    found: Sequence[Snapshot], latest: Snapshot, old: str = PREVIOUS, new: str = LATEST
) -> tuple[Snapshot, Snapshot]:
    """`found`: all to choose from, the newest first; `latest`: of the connection that is meant. Raises NoSuchSnapshot."""
    newer = _meant(found, latest, new, latest)
    return _meant(found, latest, old, newer), newer


def _meant(found: Sequence[Snapshot], latest: Snapshot, reference: str, later: Snapshot) -> Snapshot:
    """`later`: what `previous` is the one before of."""
    if reference == LATEST:
        return latest
    if reference == PREVIOUS:
        return _before(found, later)
    for one in found:
        if one.manifest.id == reference:
            return one
    raise NoSuchSnapshot(f"no snapshot has the id `{reference}`")


def _before(found: Sequence[Snapshot], later: Snapshot) -> Snapshot:
    manifest = later.manifest
    moment = (manifest.created_at, manifest.id)
    for one in found:
        same = one.manifest.connection_id == manifest.connection_id
        if same and (one.manifest.created_at, one.manifest.id) < moment:
            return one
    name = manifest.name or manifest.connection_id
    raise NoSuchSnapshot(f"there is no snapshot of `{name}` before `{manifest.id}`")
