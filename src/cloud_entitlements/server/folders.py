"""Where state and snapshots are. Asked by settings, and by commands of the terminal that need no Django."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder(given: str | None = None) -> Path:
    """What was given, else CIEM_DATA_DIR, else the user's data folder."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    chosen = given or os.environ.get("CIEM_DATA_DIR") or home / "cloud-entitlements"
    return Path(chosen).expanduser().resolve()


def snapshots_folder(data: Path) -> Path:
    return data / "snapshots"


def index_folder(data: Path) -> Path:
    """Indexes of snapshots: made from them, and may be deleted at any time."""
    return data / "cache" / "access"
