"""The manifest of a snapshot: what makes it visible, and what a list needs without opening a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

FORMAT = 1
FILE_NAME = "manifest.json"
Origin = Literal["live", "import"]


@dataclass(frozen=True, slots=True)
class Coverage:
    total: int
    connected: int


@dataclass(frozen=True, slots=True)
class TableFile:
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    id: str
    connection_id: str
    run_id: str
    created_at: str
    coverage: Coverage
    tables: Mapping[str, TableFile]
    identities: Mapping[str, int]
    """How many of each: user, role, group."""
    gaps: int
    """Parts that should have been read and could not, or not whole."""
    not_given: int = 0
    """Parts that nobody gave to an import: as unknown as a gap."""
    name: str = ""
    """Of the connection, or of the import, when it was published."""
    origin: Origin = "live"
    standalone: bool = False
    """Somebody said that there is no organization: its parts are `absent`, not unknown."""
    format: int = FORMAT

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Raises ValueError when a newer program wrote it."""
        read: dict[str, Any] = json.loads(text)
        if read["format"] > FORMAT:
            raise ValueError(
                f"snapshot format `{read['format']}` is newer than this program, which reads up to `{FORMAT}`: upgrade"
            )
        tables = {name: TableFile(**file) for name, file in read.pop("tables").items()}
        return cls(coverage=Coverage(**read.pop("coverage")), tables=tables, **read)
