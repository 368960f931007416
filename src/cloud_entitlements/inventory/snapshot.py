"""Reading a snapshot: the latest of a connection, its tables, its gaps. Needs no database."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloud_entitlements.inventory.manifest import FILE_NAME, Manifest
from cloud_entitlements.inventory.tables import TABLES

if TYPE_CHECKING:
    import duckdb

LATEST = "latest"
DEFAULT = "default"
_POINTER = re.compile(r"\w[\w-]*(/\w[\w-]*)?", re.ASCII)
_BATCH = 1000


@lru_cache(1)
def _database() -> duckdb.DuckDBPyConnection:
    """One for the process, in memory: a cursor of it is a connection of its own, and is made sixty times as fast."""
    import duckdb

    return duckdb.connect(":memory:")


class DamagedSnapshot(ValueError):
    """Its manifest is gone or malformed, or a newer program wrote it."""

    failure_code = "damaged_snapshot"


@dataclass(frozen=True, slots=True)
class Snapshot:
    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Raises DamagedSnapshot; OSError where it may not be read."""
        try:
            return cls(folder, Manifest.from_json((folder / FILE_NAME).read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError) as error:
            why = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            raise DamagedSnapshot(f"the snapshot `{folder}` can't be read: {why}") from error

    @classmethod
    def latest(cls, snapshots: Path, connection_id: str) -> Snapshot | None:
        """The one that `latest` names; without that file, the newest that is whole. Raises DamagedSnapshot."""
        home = snapshots / connection_id
        named = home / LATEST
        if named.exists():
            return cls.open(home / named.read_text(encoding="utf-8").strip())
        found = whole(home)
        return cls.open(found[-1]) if found else None

    def rows(self, table: str, *, only: Sequence[str] = (), **where: object) -> Iterator[dict[str, Any]]:
        """Rows as dicts, streamed; `where` compares columns for equality. `only` some columns, or all."""
        if table not in TABLES:
            raise KeyError(f"no table `{table}` in a snapshot")
        if not self.has(table):
            return
        clauses = " AND ".join(f'"{column}" = ?' for column in where) or "true"
        columns = ", ".join(f'"{column}"' for column in only) or "*"
        with _database().cursor() as database:
            found = database.execute(
                f"SELECT {columns} FROM read_parquet(?) WHERE {clauses}",  # noqa: S608  columns are our own names
                [str(self.folder / f"{table}.parquet"), *where.values()],
            )
            names = [column[0] for column in found.description or ()]
            while batch := found.fetchmany(_BATCH):
                yield from (dict(zip(names, row, strict=True)) for row in batch)

    def by_account(self, table: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Rows of each account together, accounts in ascending order. Nothing where there is no such table."""
        if not self.has(table):
            return
        order = ", ".join(f'"{column}"' for column in TABLES[table].key)
        with _database().cursor() as database:
            found = database.execute(
                f"SELECT * FROM read_parquet(?) ORDER BY {order}",  # noqa: S608  columns are our own names
                [str(self.folder / f"{table}.parquet")],
            )
            names = [column[0] for column in found.description or ()]
            rows = (
                dict(zip(names, row, strict=True))
                for batch in iter(lambda: found.fetchmany(_BATCH), [])
                for row in batch
            )
            for account_id, those in groupby(rows, itemgetter("account_id")):
                yield account_id, list(those)

    def matching(self, table: str, column: str, words: Sequence[str], limit: int) -> list[dict[str, Any]]:
        """Rows whose `column` contains every one of `words`, given in lower case; the shortest first."""
        if column not in TABLES[table].columns:
            raise KeyError(f"no column `{column}` in `{table}`")
        if not self.has(table):
            return []
        clauses = " AND ".join(f'contains(lower("{column}"), ?)' for _ in words) or "true"
        with _database().cursor() as database:
            found = database.execute(
                f'SELECT * FROM read_parquet(?) WHERE {clauses} ORDER BY length("{column}"), "{column}" LIMIT ?',  # noqa: S608  columns are our own names
                [str(self.folder / f"{table}.parquet"), *words, limit],
            )
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def has(self, table: str) -> bool:
        """False when it was published before the table was thought of."""
        return table in self.manifest.tables

    def count(self, table: str) -> int:
        return self.manifest.tables[table].rows if self.has(table) else 0


def whole(home: Path) -> list[Path]:
    """The snapshots of one connection, the oldest first; what is being written is none of them."""
    return sorted(path.parent for path in home.glob(f"*/{FILE_NAME}") if not path.parent.name.startswith("."))


def pointed(snapshots: Path) -> tuple[str, ...]:
    """What `default` says: a connection, or a connection and a snapshot of it; empty without it."""
    try:
        text = (snapshots / DEFAULT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ()
    return tuple(text.split("/")) if _POINTER.fullmatch(text) else ()


def prune(snapshots: Path, connection_id: str, keep: int = 30) -> list[str]:
    """Removes the oldest beyond `keep`, never the latest or the default; returns the ids removed."""
    latest = Snapshot.latest(snapshots, connection_id)
    spared = {latest.folder if latest else None, snapshots.joinpath(*pointed(snapshots))}
    old = [folder for folder in whole(snapshots / connection_id)[:-keep] if folder not in spared]
    for folder in old:
        shutil.rmtree(folder)
    return [folder.name for folder in old]


def remove_connection(snapshots: Path, connection_id: str) -> None:
    """Purges all that was collected through one connection."""
    shutil.rmtree(snapshots / connection_id, ignore_errors=True)
