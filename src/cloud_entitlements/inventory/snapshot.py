"""Reading a snapshot: the latest of a connection, its tables, its gaps. Needs no database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cloud_entitlements.inventory.manifest import FILE_NAME, Manifest
from cloud_entitlements.inventory.tables import TABLES

LATEST = "latest"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        return cls(folder, Manifest.from_json((folder / FILE_NAME).read_text(encoding="utf-8")))

    @classmethod
    def latest(cls, snapshots: Path, connection_id: str) -> Snapshot | None:
        """The one that `latest` names; without that file, the newest that is whole."""
        home = snapshots / connection_id
        named = home / LATEST
        if named.exists():
            return cls.open(home / named.read_text(encoding="utf-8").strip())
        whole = sorted(
            path.parent for path in home.glob(f"*/{FILE_NAME}") if not path.parent.name.startswith(".")
        )
        return cls.open(whole[-1]) if whole else None

    def rows(self, table: str, **where: object) -> Iterator[dict[str, Any]]:
        """Rows as dicts, streamed; `where` compares columns for equality."""
        if table not in TABLES:
            raise KeyError(f"no table `{table}` in a snapshot")
        clauses = " AND ".join(f'"{column}" = ?' for column in where) or "true"
        with duckdb.connect(":memory:") as database:
            found = database.execute(
                f"SELECT * FROM read_parquet(?) WHERE {clauses}",  # noqa: S608  columns are our own names
                [str(self.folder / f"{table}.parquet"), *where.values()],
            )
            names = [column[0] for column in found.description or ()]
            while batch := found.fetchmany(_BATCH):
                yield from (dict(zip(names, row, strict=True)) for row in batch)

    def count(self, table: str) -> int:
        return self.manifest.tables[table].rows


def prune(snapshots: Path, connection_id: str, keep: int = 30) -> list[str]:
    """Removes the oldest beyond `keep`, never the latest; returns the ids removed."""
    latest = Snapshot.latest(snapshots, connection_id)
    home = snapshots / connection_id
    whole = sorted(
        path.parent for path in home.glob(f"*/{FILE_NAME}") if not path.parent.name.startswith(".")
    )
    old = [folder for folder in whole[:-keep] if latest is None or folder != latest.folder]
    for folder in old:
        shutil.rmtree(folder)
    return [folder.name for folder in old]


def remove_connection(snapshots: Path, connection_id: str) -> None:
    """Purges all that was collected through one connection."""
    shutil.rmtree(snapshots / connection_id, ignore_errors=True)
