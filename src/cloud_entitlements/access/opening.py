"""From a snapshot to its index: kept on disk under the manifest's hash, made anew when it is not there."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from cloud_entitlements.access.index import AccessIndex
from cloud_entitlements.access.index.build import Progress, build
from cloud_entitlements.access.index.schema import FORMAT
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.manifest import FILE_NAME

KEPT = 8
"""Indexes; those that nobody asked for longest go first."""


def open_index(snapshot: Snapshot, cache: Path, progress: Progress | None = None) -> AccessIndex:
    """`cache`: a folder that may be deleted at any time."""
    path = cache / f"{_hash(snapshot)}.sqlite"
    if path.exists():
        os.utime(path)
    else:
        _make(snapshot, path, progress or _silent)
    return AccessIndex(path)


def _hash(snapshot: Snapshot) -> str:
    """Of everything that the index depends on: the manifest has the hash of each table."""
    manifest = (snapshot.folder / FILE_NAME).read_bytes()
    return hashlib.sha256(b"%d " % FORMAT + manifest).hexdigest()[:32]


def _make(snapshot: Snapshot, path: Path, progress: Progress) -> None:
    """Whole or not at all: whoever opens it sees no half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(dir=path.parent, prefix="making-"))
    try:
        build(snapshot, folder / path.name, progress)
        (folder / path.name).replace(path)
    finally:
        (folder / path.name).unlink(missing_ok=True)
        folder.rmdir()
    _tidy(path.parent)


def _tidy(cache: Path) -> None:
    found = sorted(cache.glob("*.sqlite"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in found[KEPT:]:
        with suppress(OSError):
            old.unlink()


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""
