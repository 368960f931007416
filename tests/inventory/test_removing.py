"""An import is removed, and nothing else: not what came in meanwhile, not what a connection collected."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_entitlements.inventory import Snapshot, default_snapshot, import_files
from cloud_entitlements.inventory.default import NoSuchSnapshot, published, use
from cloud_entitlements.inventory.offline import Given, NotAnImport, removable, remove

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROLE = {"Arn": "arn:aws:iam::111111111111:role/app", "RoleName": "app", "AssumeRolePolicyDocument": {}}


def made(tmp_path: Path, name: str = "audit", hours: int = 0) -> Snapshot:
    file = tmp_path / "a.json"
    file.write_text(
        json.dumps({"RoleDetailList": [ROLE], "UserDetailList": [], "GroupDetailList": [], "Policies": []})
    )
    return import_files(Given(name, (file,)), tmp_path / "s", NOW + timedelta(hours=hours)).snapshot


def ids(tmp_path: Path) -> list[str]:
    return [one.manifest.id for one in published(tmp_path / "s")]


def relabel(snapshot: Snapshot, **fields: str) -> None:
    (snapshot.folder / "manifest.json").write_text(replace(snapshot.manifest, **fields).to_json())  # type: ignore[arg-type]


def test_the_default_falls_to_the_newest_that_is_left(tmp_path: Path) -> None:
    kept, other = made(tmp_path, "kept"), made(tmp_path, "other", 1)
    gone = made(tmp_path, hours=2)
    use(tmp_path / "s", gone.manifest.id)
    remove(tmp_path / "s", removable(tmp_path / "s", "audit"))
    assert not gone.folder.parent.exists()
    assert not (tmp_path / "s" / "default").exists()
    assert default_snapshot(tmp_path / "s") == other
    use(tmp_path / "s", "kept")
    remove(tmp_path / "s", removable(tmp_path / "s", "other"))
    assert default_snapshot(tmp_path / "s") == kept
    assert (tmp_path / "s" / "default").exists(), "it named another"


def test_of_one_import_the_others_stay_and_the_latest_is_right(tmp_path: Path) -> None:
    first, second, third = (made(tmp_path, hours=hours) for hours in range(3))
    remove(tmp_path / "s", removable(tmp_path / "s", third.manifest.id))
    assert Snapshot.latest(tmp_path / "s", first.manifest.connection_id) == second
    remove(tmp_path / "s", removable(tmp_path / "s", first.manifest.id))
    assert ids(tmp_path) == [second.manifest.id]
    remove(tmp_path / "s", removable(tmp_path / "s", second.manifest.id))
    assert not second.folder.parent.exists(), "nothing is left of it"


def test_what_was_imported_since_it_was_chosen_stays(tmp_path: Path) -> None:
    made(tmp_path)
    chosen = removable(tmp_path / "s", "audit")
    newer = made(tmp_path, hours=1)
    remove(tmp_path / "s", chosen)
    assert ids(tmp_path) == [newer.manifest.id]
    assert default_snapshot(tmp_path / "s") == newer


def test_removing_twice_at_once_is_removing_once(tmp_path: Path) -> None:
    made(tmp_path)
    chosen = removable(tmp_path / "s", "audit")
    remove(tmp_path / "s", chosen)
    remove(tmp_path / "s", chosen)
    assert ids(tmp_path) == []


def test_damaged_snapshots_of_the_same_import_go_with_it(tmp_path: Path) -> None:
    damaged = made(tmp_path)
    made(tmp_path, hours=1)
    (damaged.folder / "manifest.json").write_text("{")
    remove(tmp_path / "s", removable(tmp_path / "s", "audit"))
    assert not damaged.folder.parent.exists()


def test_a_removal_that_is_killed_leaves_no_half_of_a_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = made(tmp_path, "kept")
    made(tmp_path, hours=1)

    def killed(_folder: Path) -> None:
        raise OSError("no power")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(OSError, match="no power"):
            remove(tmp_path / "s", removable(tmp_path / "s", "audit"))
    assert ids(tmp_path) == [kept.manifest.id]
    assert default_snapshot(tmp_path / "s") == kept
    assert made(tmp_path, hours=2).manifest.name == "audit", "and it can be imported again"


def test_a_name_of_two_imports_is_refused_and_one_beside_a_connection_is_not(tmp_path: Path) -> None:
    one, two = made(tmp_path, "one"), made(tmp_path, "two", 1)
    relabel(two, name="one")
    with pytest.raises(NoSuchSnapshot, match="is the name of more than one"):
        removable(tmp_path / "s", "one")
    relabel(two, name="one", origin="live")
    assert removable(tmp_path / "s", "one").folders == (one.folder,)
    for reference in (two.manifest.id, two.manifest.connection_id):
        with pytest.raises(NotAnImport, match="collected through a connection"):
            removable(tmp_path / "s", reference)


@pytest.mark.parametrize("reference", ["", ".", "..", "../s", "default", ".import.lock"])
def test_what_is_no_name_is_not_found(tmp_path: Path, reference: str) -> None:
    made(tmp_path)
    with pytest.raises(NoSuchSnapshot):
        removable(tmp_path / "s", reference)
