"""What a run has collected so far: one file for each account and collector, written whole or not at all.

A part is either collected rows, whole or, with a gap, in part; or says that the last snapshot's rows still count
(`carried`), that nothing could be read now (`gap`), or that there is nothing to read (`absent`). Doing a part again replaces it, so items of work are idempotent.
Imports nothing of ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

Outcome = Literal["collected", "carried", "gap", "absent"]
_FILE = re.compile(r"[\w-]+\.\w+\.jsonl")
_PLAIN = re.compile(r"[\w-]{1,100}", re.ASCII)


NOT_GIVEN = "not_given"
"""The code of a gap that is nobody's failure: an import was not given this."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be read: the call, a code of ours, AWS's words."""

    call: str
    code: str
    message: str


class Partly(Exception):
    """Raised by rows that are being saved: what came before stays, beside this gap."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.message)
        self.gap = gap


@dataclass(frozen=True, slots=True)
class Part:
    path: Path
    account_id: str
    collector: str
    outcome: Outcome
    at: str
    gap: Gap | None

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        with self.path.open(encoding="utf-8") as file:
            next(file)
            for line in file:
                table, row = json.loads(line)
                yield table, row


class Staging:
    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        """False where nobody takes the work up again after the machine died."""

    def save(
        self, account_id: str, collector: str, rows: Iterable[tuple[str, Mapping[str, object]]], at: datetime
    ) -> int:
        """Streams `rows` to disk; an exception on the way leaves no part, but for `Partly`. Returns the number of rows."""
        return self._write(account_id, collector, "collected", at, rows=rows)

    def note(self, account_id: str, collector: str, gap: Gap, at: datetime) -> None:
        """What is missing of a part: a gap beside the rows that it has, or instead of rows."""
        part = self.part(account_id, collector)
        if part is None or part.outcome != "collected":
            self.gap(account_id, collector, gap, at)
        else:
            self._write(account_id, collector, "collected", at, rows=part.rows(), gap=gap)

    def absent(self, account_id: str, collector: str, at: datetime) -> None:
        """There is nothing of this: known, and not a gap."""
        self._write(account_id, collector, "absent", at)

    def carry(self, account_id: str, collector: str, at: datetime) -> None:
        self._write(account_id, collector, "carried", at)

    def gap(self, account_id: str, collector: str, gap: Gap, at: datetime) -> None:
        self._write(account_id, collector, "gap", at, gap=gap)

    def part(self, account_id: str, collector: str) -> Part | None:
        path = self._path(account_id, collector)
        return _read_head(path) if path.exists() else None

    def parts(self) -> Iterator[Part]:
        """In order of account, then collector."""
        for path in sorted(self.folder.glob("*.jsonl")):
            if _FILE.fullmatch(path.name):
                yield _read_head(path)

    def _path(self, account_id: str, collector: str) -> Path:
        # who owns a gap may be a file's name: its account is not known
        plain = _PLAIN.fullmatch(account_id)
        owner = (
            account_id if plain else hashlib.sha256(account_id.encode("utf-8", "surrogatepass")).hexdigest()
        )
        return self.folder / f"{owner}.{collector}.jsonl"

    def _write(
        self,
        account_id: str,
        collector: str,
        outcome: Outcome,
        at: datetime,
        *,
        rows: Iterable[tuple[str, Mapping[str, object]]] = (),
        gap: Gap | None = None,
    ) -> int:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(account_id, collector)
        unfinished = path.with_suffix(f".{os.getpid()}.tmp")
        head = {"account_id": account_id, "collector": collector, "outcome": outcome, "at": at.isoformat()}
        try:
            with unfinished.open("w+", encoding="utf-8") as file:
                file.write(_head(head, gap))
                count, partly = _put_rows(file, rows)
                if partly is not None:
                    _put_head(file, _head(head, partly))
                file.flush()
                if self.durable:
                    os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return count


def _put_rows(file: IO[str], rows: Iterable[object]) -> tuple[int, Gap | None]:
    count = 0
    try:
        for row in rows:
            file.write(_line(row))
            count += 1
    except Partly as partly:
        return count, partly.gap
    return count, None


def _put_head(file: IO[str], head: str) -> None:
    """Another first line in a file that nobody sees yet; what follows moves piece by piece."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", dir=Path(file.name).parent) as rows:
        file.seek(0)
        file.readline()
        shutil.copyfileobj(file, rows)
        rows.seek(0)
        file.seek(0)
        file.truncate()
        file.write(head)
        shutil.copyfileobj(rows, file)


def _head(told: Mapping[str, str], gap: Gap | None) -> str:
    return _line({**told, "gap": asdict(gap) if gap else None})


def _line(value: object) -> str:
    # ASCII alone: names from AWS may hold line separators and lone surrogates
    return json.dumps(value, ensure_ascii=True, default=str) + "\n"


def _read_head(path: Path) -> Part:
    with path.open(encoding="utf-8") as file:
        head = json.loads(file.readline())
    gap = head.pop("gap")
    return Part(path=path, gap=Gap(**gap) if gap else None, **head)
