"""An index is opened once, however many ask; what failed is tried again; what is gone is forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from pathlib import Path
from threading import Event

import pytest

from cloud_entitlements.access import AccessIndex, Question, open_index
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access import opened

from .asked import ADA, imported


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    opened.forget()
    yield
    opened.forget()


def answers(snapshot: Snapshot) -> bool:
    index = opened.opened(snapshot)
    return index is not None and index.can(Question(ADA, "iam:ListRoles")).decision.outcome == "allowed"


def test_threads_that_ask_at_once_share_one_index(tmp_path: Path) -> None:
    snapshot = imported(tmp_path)
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: opened.opened(Snapshot.open(snapshot.folder)), range(64)))
    assert len({id(one) for one in found if one}) == 1
    assert answers(snapshot)


def test_the_one_asked_longest_ago_goes_first(tmp_path: Path) -> None:
    snapshots = [imported(tmp_path, f"n{number}", standalone=True) for number in range(opened.KEPT + 1)]
    first, *others = snapshots
    index = {one.manifest.id: opened.opened(one) for one in (first, *others[:-1])}
    opened.opened(first)
    opened.opened(others[-1])
    assert opened.opened(first) is index[first.manifest.id]
    assert opened.opened(others[0]) is not index[others[0].manifest.id]


def test_a_snapshot_that_can_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    snapshot = imported(tmp_path)
    table = snapshot.folder / "users.parquet"
    whole = table.read_bytes()
    table.write_bytes(b"torn")
    with pytest.raises(Exception, match=r"users\.parquet"):
        opened.opened(snapshot)
    assert opened.opening(snapshot, again=False).failed
    table.write_bytes(whole)
    assert answers(snapshot)


def test_nothing_of_a_purged_snapshot_is_kept(tmp_path: Path) -> None:
    first, second = imported(tmp_path, "one"), imported(tmp_path, "two")
    opened.opened(first)
    shutil.rmtree(first.folder.parent)
    opened.opened(second)
    assert [one.folder for one in opened._open.values()] == [second.folder]


def test_only_a_few_threads_wait_and_none_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: opening takes long. The server's other threads go on answering."""
    go = Event()

    def slow(snapshot: Snapshot, cache: Path, progress: Callable[[str, int, int], None]) -> AccessIndex:
        assert go.wait(20)
        return open_index(snapshot, cache, progress)

    monkeypatch.setattr(opened, "open_index", slow)
    monkeypatch.setattr(opened, "WAIT_SECONDS", 5)
    snapshot = imported(tmp_path)
    with ThreadPoolExecutor(opened.WAITING + 4) as threads:
        asked = [threads.submit(opened.opened, snapshot) for _ in range(opened.WAITING + 4)]
        refused = list(islice(as_completed(asked, 10), 4))
        assert [one.result() for one in refused] == [None] * 4
        go.set()
        found = [one.result() for one in asked]
    assert sum(one is not None for one in found) == opened.WAITING
    monkeypatch.setattr(opened, "WAIT_SECONDS", 0)
    go.clear()
    assert opened.opened(imported(tmp_path, "second")) is None
    go.set()


def test_how_far_it_is_can_be_seen_while_it_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault: opening takes long."""
    go, seen = Event(), Event()

    def slow(snapshot: Snapshot, cache: Path, progress: Callable[[str, int, int], None]) -> AccessIndex:
        progress("reading users", 1, 4)
        seen.set()
        assert go.wait(10)
        return open_index(snapshot, cache, progress)

    monkeypatch.setattr(opened, "open_index", slow)
    way = opened.opening(imported(tmp_path))
    assert seen.wait(10)
    assert way.within(0.01) is None
    assert (way.what, way.percent) == ("reading users", 25)
    go.set()
    assert way.within(10) is not None
