"""From a snapshot to its index: kept on disk under the manifest's hash, made anew when it is not there."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from cloud_entitlements.access.errors import Damaged
from cloud_entitlements.access.index import AccessIndex
from cloud_entitlements.access.index.build import Progress, build
from cloud_entitlements.access.index.schema import FORMAT
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.manifest import FILE_NAME

KEPT = 8
"""Indexes, of all connections together; those that nobody asked for longest go first."""


def open_index(snapshot: Snapshot, cache: Path, progress: Progress | None = None) -> AccessIndex:
    """`cache`: a folder that may be deleted at any time. Raises Damaged; OSError where nothing can be written."""
    path = cache / snapshot.manifest.connection_id / f"{_hash(snapshot)}.sqlite"
    if path.exists():
        try:
            index = AccessIndex(path)
        except sqlite3.DatabaseError:
            path.unlink()  # damaged: it is made anew
        else:
            os.utime(path)
            return index
    _make(snapshot, path, progress or _silent)
    _tidy(cache)
    return AccessIndex(path)


def forget(cache: Path, connection_id: str) -> None:
    """All that is kept of a connection's snapshots: an index holds what was collected."""
    shutil.rmtree(cache / connection_id, ignore_errors=True)


def _hash(snapshot: Snapshot) -> str:
    """Of everything that the index depends on: the manifest has the hash of each table."""
    manifest = (snapshot.folder / FILE_NAME).read_bytes()
    return f"{FORMAT}-{hashlib.sha256(manifest).hexdigest()[:32]}"


def _make(snapshot: Snapshot, path: Path, progress: Progress) -> None:
    """Whole or not at all: whoever opens it sees no half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    earlier = next(iter(_newest_first(path.parent.glob(f"{FORMAT}-*.sqlite"))), None)
    folder = Path(mkdtemp(dir=path.parent, prefix="making-"))
    import duckdb

    try:
        try:
            build(snapshot, folder / path.name, progress, earlier)
        except sqlite3.DatabaseError:
            if earlier is None:
                raise
            (folder / path.name).unlink(missing_ok=True)  # the earlier one is damaged: without it
            build(snapshot, folder / path.name, progress)
        (folder / path.name).replace(path)
    except duckdb.Error as damaged:
        raise Damaged(
            f"the snapshot `{snapshot.folder}` can't be read: {damaged}",
            "choose another: `ciem snapshot list`, then `ciem snapshot use ID`",
        ) from damaged
    except sqlite3.Error as failed:  # a full disk is no OSError to SQLite
        raise OSError(f"the index can't be written: {failed}") from failed
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tidy(cache: Path) -> None:
    for old in _newest_first(cache.glob("*/*.sqlite"))[KEPT:]:
        with suppress(OSError):
            old.unlink()


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    times: dict[Path, float] = {}
    for path in paths:
        with suppress(FileNotFoundError):  # somebody else has just tidied
            times[path] = path.stat().st_mtime
    return sorted(times, key=times.__getitem__, reverse=True)


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""
