"""Removing an import: all of it by its name, or one snapshot of it by that one's id. What a connection collected stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cloud_entitlements.inventory.default import NoSuchSnapshot, published
from cloud_entitlements.inventory.manifest import FILE_NAME
from cloud_entitlements.inventory.offline.turns import alone
from cloud_entitlements.inventory.publish import replace_text, sync_folder
from cloud_entitlements.inventory.snapshot import DEFAULT, LATEST, Snapshot, pointed, whole


class NotAnImport(LookupError):
    """It was collected through a connection, which has its own way out."""


@dataclass(frozen=True, slots=True)
class Removable:
    home: Path
    """Folder of the import."""
    latest: Snapshot
    folders: tuple[Path, ...]
    """Of the snapshots that go, the oldest first; damaged ones of the same import are among them."""


def removable(snapshots: Path, reference: str) -> Removable:
    """By the name or id of an import all of it, by a snapshot's id that one. Raises NoSuchSnapshot, NotAnImport."""
    found = published(snapshots)
    one = [each for each in found if each.manifest.id == reference]
    named = [each for each in found if reference in (each.manifest.connection_id, each.manifest.name)]
    imports = [each for each in one or named if each.manifest.origin == "import"]
    if not imports and (one or named):
        raise NotAnImport(f"`{reference}` was collected through a connection, and is no import")
    if not imports:
        raise NoSuchSnapshot(f"no snapshot has the name or id `{reference}`")
    homes = {each.folder.parent for each in imports}
    if len(homes) > 1:
        listed = ", ".join(sorted(home.name for home in homes))
        raise NoSuchSnapshot(f"`{reference}` is the name of more than one: {listed}")
    home = homes.pop()
    return Removable(home, imports[0], (imports[0].folder,) if one else tuple(whole(home)))


def remove(snapshots: Path, chosen: Removable, waits: Callable[[str], None] = lambda _line: None) -> None:
    """A snapshot that was imported since it was chosen stays. Raises OSError."""
    with alone(snapshots, waits):
        left = [folder for folder in whole(chosen.home) if folder not in chosen.folders]
        _point_elsewhere(snapshots, chosen, left)
        for folder in chosen.folders:  # one that a killed removal leaves has no manifest, and is none
            (folder / FILE_NAME).unlink(missing_ok=True)
        if chosen.home.is_dir():
            sync_folder(chosen.home)
        for folder in chosen.folders if left else (chosen.home,):
            with suppress(FileNotFoundError):
                shutil.rmtree(folder)


def _point_elsewhere(snapshots: Path, chosen: Removable, left: Collection[Path]) -> None:
    """Neither `default` nor `latest` may name what is no more; without them the newest counts."""
    where = pointed(snapshots)
    if where and (snapshots.joinpath(*where) in (*chosen.folders, *(() if left else (chosen.home,)))):
        (snapshots / DEFAULT).unlink(missing_ok=True)
    if left:
        replace_text(chosen.home / LATEST, f"{max(left).name}\n")
    else:
        (chosen.home / LATEST).unlink(missing_ok=True)
