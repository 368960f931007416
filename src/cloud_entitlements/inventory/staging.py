"""What a run has collected so far: one file for each account and collector, written whole or not at all.

A part is either collected rows, or says that the last snapshot's rows still count (`carried`), or that
nothing could be read now (`gap`). Doing a part again replaces it, so items of work are idempotent.
Imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["collected", "carried", "gap"]
_FILE = re.compile(r"(?P<account>[\w-]+)\.(?P<collector>\w+)\.jsonl")


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be read: the call, a code of ours, AWS's words."""

    call: str
    code: str
    message: str


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
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(
        self, account_id: str, collector: str, rows: Iterable[tuple[str, Mapping[str, object]]], at: datetime
    ) -> int:
        """Streams `rows` to disk; an exception on the way leaves no part. Returns the number of rows."""
        return self._write(account_id, collector, "collected", at, rows=rows)

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
        return self.folder / f"{account_id}.{collector}.jsonl"

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
        count = 0
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(_line({**head, "gap": asdict(gap) if gap else None}))
                for count, row in enumerate(rows, start=1):  # noqa: B007  the count is what is wanted
                    file.write(_line(row))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return count


def _line(value: object) -> str:
    # ASCII alone: names from AWS may hold line separators and lone surrogates
    return json.dumps(value, ensure_ascii=True, default=str) + "\n"


def _read_head(path: Path) -> Part:
    with path.open(encoding="utf-8") as file:
        head = json.loads(file.readline())
    gap = head.pop("gap")
    return Part(path=path, gap=Gap(**gap) if gap else None, **head)
