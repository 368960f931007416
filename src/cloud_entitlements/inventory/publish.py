"""From staged parts to a snapshot: rows of this run, and of the last snapshot where this run has none.

Order that makes it safe to die at any point: write the files, fsync them, write the manifest, fsync, rename
the folder to its name, fsync the parent, then point `latest` at it. Until the rename nobody sees anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cloud_entitlements.inventory.manifest import FILE_NAME, Coverage, Manifest, Origin, TableFile
from cloud_entitlements.inventory.snapshot import LATEST, Snapshot
from cloud_entitlements.inventory.staging import NOT_GIVEN, Part, Staging
from cloud_entitlements.inventory.tables import BOOKKEEPING, TABLES, Table

_LEAST_OBJECT = 2**20
_SMALL_GROUP = 2048
IDENTITY_TABLES = {"user": "users", "role": "roles", "group": "groups"}


@dataclass(frozen=True, slots=True)
class Publication:
    """What a snapshot is of. `keep_accounts` says whose facts from the last snapshot still count when this run
    has no part for them; an account that left the organization is let go.
    """

    connection_id: str
    run_id: str
    coverage: Coverage
    now: datetime
    keep_accounts: Callable[[str], bool] = lambda _account: True
    name: str = ""
    origin: Origin = "live"
    afresh: bool = False
    """Nothing of the last snapshot counts."""

    @property
    def snapshot_id(self) -> str:
        return f"{self.now:%Y%m%dT%H%M%SZ}-{self.run_id[:8]}"


def publish(staging: Staging, snapshots: Path, publication: Publication) -> Snapshot:
    """Publishes once a run: a second call for the same run gives the same snapshot."""
    home = snapshots / publication.connection_id
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    final = _published_before(home, publication) or _write_new(home, staging, snapshots, publication)
    replace_text(home / LATEST, final.name)
    return Snapshot.open(final)


def _published_before(home: Path, publication: Publication) -> Path | None:
    """The snapshot of this run, when the machine died after its rename."""
    whole = (path.parent for path in home.glob(f"*-{publication.run_id[:8]}/{FILE_NAME}"))
    return next((folder for folder in whole if not folder.name.startswith(".")), None)


def _write_new(home: Path, staging: Staging, snapshots: Path, publication: Publication) -> Path:
    previous = None if publication.afresh else Snapshot.latest(snapshots, publication.connection_id)
    for abandoned in home.glob(".*.unfinished"):
        shutil.rmtree(abandoned, ignore_errors=True)
    unfinished = home / f".{publication.snapshot_id}.unfinished"
    unfinished.mkdir(mode=0o700)
    try:
        _write_snapshot(unfinished, staging, previous, publication)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    final = home / publication.snapshot_id
    unfinished.rename(final)
    sync_folder(home)
    return final


def _write_snapshot(
    folder: Path, staging: Staging, previous: Snapshot | None, publication: Publication
) -> None:
    parts = list(staging.parts())
    kept = _Kept(previous, parts, publication.keep_accounts)
    _spread(folder, parts, kept, publication.now)
    import duckdb

    with duckdb.connect(
        ":memory:"
    ) as database:  # one for all tables: opening it takes longer than a small table
        _prepare(database, folder, kept)
        files = {table.name: _to_parquet(database, folder, table, kept) for table in TABLES.values()}
    not_given = sum(part.gap is not None and part.gap.code == NOT_GIVEN for part in parts)
    manifest = Manifest(
        id=publication.snapshot_id,
        connection_id=publication.connection_id,
        run_id=publication.run_id,
        created_at=publication.now.isoformat(),
        coverage=publication.coverage,
        tables=files,
        identities={kind: files[table].rows for kind, table in IDENTITY_TABLES.items()},
        gaps=files["gaps"].rows - not_given,
        not_given=not_given,
        name=publication.name,
        origin=publication.origin,
        standalone=any(part.outcome == "absent" for part in parts),
    )
    replace_text(folder / FILE_NAME, manifest.to_json())
    sync_folder(folder)


class _Kept:
    """Which parts of the last snapshot still count."""

    def __init__(self, previous: Snapshot | None, parts: Sequence[Part], keep: Callable[[str], bool]) -> None:
        self.previous = previous
        fresh = {(part.account_id, part.collector) for part in parts if part.outcome == "collected"}
        staged = {(part.account_id, part.collector) for part in parts}
        self.collected_at: dict[tuple[str, str], str] = {}
        self.untouched: list[dict[str, Any]] = []
        """Collections of accounts that this run did not visit at all."""
        for row in previous.rows("collections") if previous else ():
            whose = (row["account_id"], row["of_collector"])
            if whose in fresh or not keep(row["account_id"]):
                continue
            if row["collected_at"]:
                self.collected_at[whose] = row["collected_at"]
            if whose not in staged:
                self.untouched.append(row)


def _spread(folder: Path, parts: Sequence[Part], kept: _Kept, now: datetime) -> None:
    """Streams the parts into one file of JSON lines for each table."""
    with ExitStack() as open_files:
        files: dict[str, IO[str]] = {
            name: open_files.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf-8"))
            for name in TABLES
        }
        shared: set[tuple[str, ...]] = set()
        for part in parts:
            whose = {"account_id": part.account_id, "collector": part.collector}
            for table, row in part.rows() if part.outcome == "collected" else ():
                if not TABLES[table].shared:
                    _put(files[table], {**row, **whose})
                elif (key := (table, *(row[column] for column in TABLES[table].key))) not in shared:
                    # The policies of AWS's own come from every account: each is written once.
                    shared.add(key)
                    _put(files[table], row)
            _put(files["collections"], _collection(part, kept))
            if part.gap is not None:
                _put(files["gaps"], _gap(part, kept, now))
        for row in kept.untouched:
            _put(files["collections"], row)
        untouched = {(row["account_id"], row["of_collector"]) for row in kept.untouched}
        for row in kept.previous.rows("gaps") if kept.previous and untouched else ():
            if (row["account_id"], row["of_collector"]) in untouched:
                _put(files["gaps"], row)


def _collection(part: Part, kept: _Kept) -> dict[str, object]:
    before = kept.collected_at.get((part.account_id, part.collector))
    outcome: str
    at: str | None
    if part.outcome in ("collected", "absent"):
        outcome, at = ("partial" if part.gap else part.outcome), part.at
    elif before is None:
        outcome, at = "missing", None
    else:
        outcome, at = ("stale" if part.outcome == "gap" else "carried"), before
    return {**_whose(part), "outcome": outcome, "collected_at": at}


def _gap(part: Part, kept: _Kept, now: datetime) -> dict[str, object]:
    assert part.gap is not None  # noqa: S101  the caller looked
    stale_since = kept.collected_at.get((part.account_id, part.collector))
    said = {"call": part.gap.call, "code": part.gap.code, "message": part.gap.message}
    return {**_whose(part), **said, "stale_since": stale_since, "at": now.isoformat()}


def _whose(part: Part) -> dict[str, object]:
    return {"account_id": part.account_id, "collector": part.collector, "of_collector": part.collector}


def _put(file: IO[str], row: dict[str, Any]) -> None:
    file.write(json.dumps(_writable(row), ensure_ascii=True) + "\n")


def _writable(value: Any) -> Any:
    """Lone surrogates and NUL can't be stored as text: they are shown as the replacement character."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_writable(key): _writable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_writable(inner) for inner in value]
    return value


def _prepare(database: Any, folder: Path, kept: _Kept) -> None:
    # DuckDB's reader takes twice the longest object for each thread, whatever the file holds.
    database.execute("SET threads = 1")
    database.execute("SET preserve_insertion_order = false")
    database.execute("CREATE TABLE kept (account_id VARCHAR, collector VARCHAR)")
    if kept.collected_at:
        _insert_kept(database, folder, kept.collected_at)


def _to_parquet(database: Any, folder: Path, table: Table, kept: _Kept) -> TableFile:
    lines, parquet = folder / f"{table.name}.jsonl", folder / f"{table.name}.parquet"
    sources = [_staged_rows(lines, table)]
    previous = kept.previous if kept.previous and kept.previous.has(table.name) else None
    if previous is not None and table.shared:
        sources.append(f"SELECT * FROM read_parquet({_text(str(previous.folder / parquet.name))})")
    elif previous is not None and kept.collected_at and table.name not in BOOKKEEPING:
        sources.append(_kept_rows(previous, table))
    key = ", ".join(_name(column) for column in table.key)
    # A window, for DISTINCT ON takes more memory for the same rows.
    numbered = f"SELECT *, row_number() OVER (PARTITION BY {key}) AS nth FROM ({' UNION ALL BY NAME '.join(sources)})"
    groups = f", ROW_GROUP_SIZE {_SMALL_GROUP}" if table.long_rows else ""
    database.execute(
        f"COPY (SELECT * EXCLUDE nth FROM ({numbered}) WHERE nth = 1 ORDER BY {key}) "
        f"TO {_text(str(parquet))} (FORMAT parquet, COMPRESSION zstd{groups})"
    )
    counted = database.execute(f"SELECT count(*) FROM read_parquet({_text(str(parquet))})").fetchone()
    lines.unlink()
    with parquet.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return TableFile(rows=counted[0] if counted else 0, bytes=parquet.stat().st_size, sha256=digest)


def _staged_rows(lines: Path, table: Table) -> str:
    longest = max(_LEAST_OBJECT, _longest(lines))
    return (
        f"SELECT * FROM read_json({_text(str(lines))}, format='newline_delimited', "
        f"maximum_object_size={longest}, columns={_columns(table)})"
    )


def _longest(lines: Path) -> int:
    """Bytes of the longest line, its end included."""
    with lines.open("rb") as file:
        return max((len(line) for line in file), default=0)


def _insert_kept(database: Any, folder: Path, kept: Iterable[tuple[str, str]]) -> None:
    lines = folder / "kept.jsonl"
    lines.write_text("".join(json.dumps({"account_id": a, "collector": c}) + "\n" for a, c in kept))
    columns = "{'account_id': 'VARCHAR', 'collector': 'VARCHAR'}"
    database.execute(f"INSERT INTO kept SELECT * FROM read_json({_text(str(lines))}, columns={columns})")
    lines.unlink()


def _kept_rows(previous: Snapshot, table: Table) -> str:
    path = previous.folder / f"{table.name}.parquet"
    return f"SELECT old.* FROM read_parquet({_text(str(path))}) old JOIN kept USING (account_id, collector)"


def _columns(table: Table) -> str:
    return "{" + ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in table.columns.items()) + "}"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def replace_text(path: Path, text: str) -> None:
    """The file has the old text or the new one, whenever the machine dies."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
