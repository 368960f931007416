from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements import inventory
from cloud_entitlements.inventory import (
    Coverage,
    Gap,
    Publication,
    Snapshot,
    Staging,
    canonical,
    prune,
    publish,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A, B = "111111111111", "222222222222"


def users(*names: str) -> list[tuple[str, dict[str, Any]]]:
    return [("users", {"arn": f"arn:aws:iam::1:user/{name}", "name": name}) for name in names]


def publication(run: str, at: datetime = NOW, **more: Any) -> Publication:
    return Publication(connection_id="c", run_id=run * 8, coverage=Coverage(2, 2), now=at, **more)


def test_the_public_list_is_pinned() -> None:
    assert set(inventory.__all__) == {
        "DamagedSnapshot",
        "TABLES", "Coverage", "Document", "Gap", "Manifest", "Outcome", "Publication", "Snapshot", "Staging",
        "Table", "canonical", "default_snapshot", "import_files", "prune", "publish", "remove_connection",
    }  # fmt: skip


def test_what_was_staged_is_read_back(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", users("ada", "eve"), NOW)
    staging.save(B, "authorization_details", users("bob"), NOW)
    snapshot = publish(staging, tmp_path, publication("a"))
    assert snapshot.manifest.identities == {"user": 3, "role": 0, "group": 0}
    assert [row["name"] for row in snapshot.rows("users", account_id=A)] == ["ada", "eve"]
    assert Snapshot.latest(tmp_path, "c") == snapshot


def test_what_was_read_before_something_stopped_it_stays_beside_a_gap(tmp_path: Path) -> None:
    gap = Gap("sso:ListUsers", "denied", "no")

    def half() -> Iterator[tuple[str, dict[str, Any]] | Gap]:
        yield from users("ada", "eve")
        yield gap

    staging = Staging(tmp_path / "staging")
    assert staging.save(A, "authorization_details", half(), NOW) == 2
    part = staging.part(A, "authorization_details")
    assert part is not None
    assert (part.outcome, part.gap, len(list(part.rows()))) == ("collected", gap, 2)
    assert [path.name for path in (tmp_path / "staging").iterdir()] == [part.path.name]
    snapshot = publish(staging, tmp_path, publication("a"))
    assert [row["name"] for row in snapshot.rows("users")] == ["ada", "eve"]
    (read,) = snapshot.rows("collections")
    assert (read["outcome"], snapshot.manifest.gaps) == ("partial", 1)


def test_rows_are_found_by_words_and_the_shortest_come_first(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", users("team/Ada", "ada", "bob", "ada%"), NOW)
    snapshot = publish(staging, tmp_path, publication("a"))
    found = [row["name"] for row in snapshot.matching("users", "arn", ["ada"], 9)]
    assert found == ["ada", "ada%", "team/Ada"]
    assert [row["name"] for row in snapshot.matching("users", "arn", ["ada", "team"], 9)] == ["team/Ada"]
    assert [row["name"] for row in snapshot.matching("users", "arn", ["%"], 9)] == ["ada%"], "no pattern"
    assert len(snapshot.matching("users", "arn", [], 2)) == 2
    with pytest.raises(KeyError):
        snapshot.matching("users", 'arn" OR true --', ["x"], 1)


def test_a_gap_keeps_the_last_value_marked_stale(tmp_path: Path) -> None:
    first = Staging(tmp_path / "one")
    first.save(A, "authorization_details", users("ada"), NOW)
    publish(first, tmp_path, publication("a"))
    later = NOW + timedelta(hours=1)
    second = Staging(tmp_path / "two")
    second.gap(A, "authorization_details", Gap("iam:GetAccountAuthorizationDetails", "denied", "no"), later)
    second.gap(B, "authorization_details", Gap("sts:AssumeRole", "refused", "no"), later)
    snapshot = publish(second, tmp_path, publication("b", later))
    assert [row["name"] for row in snapshot.rows("users")] == ["ada"]
    outcomes = {
        row["account_id"]: (row["outcome"], row["collected_at"]) for row in snapshot.rows("collections")
    }
    assert outcomes == {A: ("stale", NOW.isoformat()), B: ("missing", None)}
    gaps = {row["account_id"]: row["stale_since"] for row in snapshot.rows("gaps")}
    assert gaps == {A: NOW.isoformat(), B: None}


def test_rows_with_a_gap_among_them_are_collected_in_part(tmp_path: Path) -> None:
    """Nobody sees the part without its gap: it is under its name once, with both."""
    staging, gap = Staging(tmp_path / "one"), Gap("iam:ListAccessKeys", "throttled", "é" * 3000)
    seen: list[object] = []

    def found() -> Iterator[Any]:
        yield from users("ada")
        yield gap
        seen.append(staging.part(A, "access_keys"))
        yield Gap("iam:ListAccessKeys", "denied", "not the first")
        yield from users("eve")

    assert staging.save(A, "access_keys", found(), NOW) == 2
    part = staging.part(A, "access_keys")
    assert part is not None
    assert (part.outcome, part.gap, seen) == ("collected", gap, [None])
    assert [path.name for path in staging.folder.iterdir()] == [f"{A}.access_keys.jsonl"]
    snapshot = publish(staging, tmp_path, publication("a"))
    assert [row["name"] for row in snapshot.rows("users")] == ["ada", "eve"]
    (row,) = snapshot.rows("collections")
    assert (row["outcome"], row["collected_at"]) == ("partial", NOW.isoformat())
    (written,) = snapshot.rows("gaps")
    assert (written["code"], written["message"], written["stale_since"]) == ("throttled", "é" * 3000, None)


def test_long_rows_of_one_account_are_read_and_some_columns_alone(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "one")
    for account in (A, B):
        used = [{"service": "s3", "at": NOW.isoformat(), "region": None}]
        rows = [
            {"arn": f"{account}-{n}", "asked_at": NOW.isoformat(), "services": used, "tracked": ["s3", "kms"]}
            for n in range(3000)
        ]
        staging.save(account, "last_accessed", (("last_accessed", row) for row in rows), NOW)
    snapshot = publish(staging, tmp_path, publication("a"))
    assert snapshot.count("last_accessed") == 6000
    found = list(snapshot.rows("last_accessed", account_id=B))
    assert [row["arn"] for row in found] == sorted(f"{B}-{n}" for n in range(3000))
    assert (found[0]["services"], found[0]["tracked"]) == (used, ["s3", "kms"])
    assert found[0]["actions"] is None
    named = next(snapshot.rows("last_accessed", only=("arn", "asked_at"), account_id=A))
    assert named == {"arn": f"{A}-0", "asked_at": NOW.isoformat()}


def test_carried_rows_keep_their_date(tmp_path: Path) -> None:
    first = Staging(tmp_path / "one")
    first.save(A, "authorization_details", users("ada"), NOW)
    publish(first, tmp_path, publication("a"))
    second = Staging(tmp_path / "two")
    second.carry(A, "authorization_details", NOW + timedelta(hours=1))
    snapshot = publish(second, tmp_path, publication("b", NOW + timedelta(hours=1)))
    (row,) = snapshot.rows("collections")
    assert (row["outcome"], row["collected_at"]) == ("carried", NOW.isoformat())
    assert snapshot.count("users") == 1


def test_accounts_not_visited_stay_and_those_that_left_go(tmp_path: Path) -> None:
    first = Staging(tmp_path / "one")
    first.save(A, "authorization_details", users("ada"), NOW)
    first.save(B, "authorization_details", users("bob"), NOW)
    publish(first, tmp_path, publication("a"))
    kept = publish(Staging(tmp_path / "two"), tmp_path, publication("b", NOW + timedelta(hours=1)))
    assert kept.count("users") == 2
    left = publication("d", NOW + timedelta(hours=2), keep_accounts=lambda account: account != B)
    assert [row["name"] for row in publish(Staging(tmp_path / "three"), tmp_path, left).rows("users")] == [
        "ada"
    ]


def test_fresh_rows_replace_the_old_ones(tmp_path: Path) -> None:
    first = Staging(tmp_path / "one")
    first.save(A, "authorization_details", users("ada", "gone"), NOW)
    publish(first, tmp_path, publication("a"))
    second = Staging(tmp_path / "two")
    second.save(A, "authorization_details", users("ada"), NOW)
    assert publish(second, tmp_path, publication("b", NOW + timedelta(hours=1))).count("users") == 1


def test_a_repeated_page_counts_once(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", [*users("ada", "eve"), *users("ada", "eve")], NOW)
    assert publish(staging, tmp_path, publication("a")).count("users") == 2


def test_publishing_a_run_twice_gives_the_same_snapshot(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", users("ada"), NOW)
    first = publish(staging, tmp_path, publication("a"))
    again = publish(staging, tmp_path, publication("a", NOW + timedelta(minutes=1)))
    assert first == again
    assert len(list((tmp_path / "c").glob("*/manifest.json"))) == 1


def test_hostile_text_survives_or_is_replaced_visibly(tmp_path: Path) -> None:
    names = ["<script>", "'; DROP TABLE users; --", "\u202egnp", "line\u2028feed\n", '"', "=1+1"]
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", users(*names, "nul\0", "half\ud800"), NOW)
    found = {row["name"] for row in publish(staging, tmp_path, publication("a")).rows("users")}
    assert found == {*names, "nul\ufffd", "half\ufffd"}


def test_an_interrupted_part_is_no_part(tmp_path: Path) -> None:
    def broken() -> Any:
        yield users("ada")[0]
        raise ConnectionError

    staging = Staging(tmp_path / "staging")
    with pytest.raises(ConnectionError):
        staging.save(A, "authorization_details", broken(), NOW)
    assert list(staging.parts()) == []
    assert list((tmp_path / "staging").iterdir()) == []


def test_a_full_or_read_only_disk_leaves_the_last_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", users("ada"), NOW)
    first = publish(staging, tmp_path, publication("a"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        publish(staging, tmp_path, publication("b", NOW + timedelta(hours=1)))
    monkeypatch.undo()
    assert Snapshot.latest(tmp_path, "c") == first
    assert [path.name for path in (tmp_path / "c").iterdir() if path.is_dir()] == [first.manifest.id]


CRASH = """
import os, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from cloud_entitlements.inventory import Coverage, Publication, Staging, publish
from cloud_entitlements.inventory import publish as _
import cloud_entitlements.inventory.publish as module
count = 0
def dying(original):
    def step(*given, **named):
        global count
        count += 1
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return original(*given, **named)
    return step
module = sys.modules["cloud_entitlements.inventory.publish"]
for name in ("_to_parquet", "replace_text", "sync_folder", "_spread"):
    setattr(module, name, dying(getattr(module, name)))
root = Path(sys.argv[1])
now = datetime(2026, 11, 24, 13, tzinfo=UTC)
publish(Staging(root / "two"), root, Publication("c", "bbbbbbbb", Coverage(1, 1), now))
"""


@pytest.mark.parametrize("step", [1, 2, 12, 23, 24, 25, 26, 27, 28, 29])
def test_killed_at_any_step_no_snapshot_is_lost_and_none_half_visible(tmp_path: Path, step: int) -> None:
    first = Staging(tmp_path / "one")
    first.save(A, "authorization_details", users("ada"), NOW)
    before = publish(first, tmp_path, publication("a"))
    second = Staging(tmp_path / "two")
    second.save(A, "authorization_details", users("ada", "eve"), NOW)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path), str(step)], check=False, env=environment
    )
    latest = Snapshot.latest(tmp_path, "c")
    assert latest is not None
    assert latest.count("users") in (1, 2)
    if ended.returncode == -9 and latest.manifest.run_id == "a" * 8:
        assert latest == before
    again = publish(second, tmp_path, publication("b", NOW + timedelta(hours=2)))
    assert again.count("users") == 2
    assert not list((tmp_path / "c").glob(".*.unfinished"))


def test_old_snapshots_are_pruned_and_the_latest_never(tmp_path: Path) -> None:
    for hour in range(4):
        publish(
            Staging(tmp_path / str(hour)), tmp_path, publication("abde"[hour], NOW + timedelta(hours=hour))
        )
    removed = prune(tmp_path, "c", keep=2)
    assert len(removed) == 2
    latest = Snapshot.latest(tmp_path, "c")
    assert latest is not None
    assert latest.manifest.run_id == "e" * 8


def test_a_newer_format_is_refused_in_words(tmp_path: Path) -> None:
    snapshot = publish(Staging(tmp_path / "x"), tmp_path, publication("a"))
    manifest = snapshot.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(ValueError, match="newer than this program"):
        Snapshot.open(snapshot.folder)


def test_equal_documents_are_one_and_a_repeated_key_is_malformed() -> None:
    assert canonical('{"a": 1, "b": [2]}') == canonical({"b": [2], "a": 1})
    assert canonical("%7B%22a%22%3A1%7D") == canonical({"a": 1})
    repeated = canonical('{"Effect": "Allow", "Effect": "Deny"}')
    assert repeated.malformed
    assert repeated.text == '{"Effect": "Allow", "Effect": "Deny"}'
    assert canonical("not json").malformed


def test_rows_that_aws_gave_twice_are_one(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    staging.save(A, "authorization_details", [*users("ada", "eve"), *users("ada")], NOW)
    staging.save(B, "authorization_details", users("ada"), NOW)
    snapshot = publish(staging, tmp_path, publication("a"))
    assert [(row["account_id"], row["name"]) for row in snapshot.rows("users")] == [
        (A, "ada"),
        (A, "eve"),
        (B, "ada"),
    ]


def test_one_very_long_row_is_stored_whole(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staging")
    text = "x" * 5_000_000
    staging.save(
        A, "authorization_details", [("documents", {"sha256": "1", "text": text, "malformed": True})], NOW
    )
    snapshot = publish(staging, tmp_path, publication("a"))
    assert [row["text"] == text for row in snapshot.rows("documents")] == [True]
