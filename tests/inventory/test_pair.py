"""Which two snapshots are meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_entitlements.inventory import Publication, Snapshot, Staging, publish
from cloud_entitlements.inventory.default import NoSuchSnapshot, published
from cloud_entitlements.inventory.manifest import Coverage
from cloud_entitlements.inventory.pair import pair


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three of one connection, an hour apart, and one of another in between."""
    for hour, connection in ((1, "shop"), (2, "shop"), (3, "tools"), (4, "shop")):
        now = datetime(2026, 11, 1, hour, tzinfo=UTC)
        staging = Staging(tmp_path / f"run{hour}")
        staging.absent("222222222222", "account_summary", now)
        publish(staging, tmp_path / "snapshots", Publication(connection, f"{hour}" * 8, Coverage(1, 1), now))
    return tmp_path / "snapshots"


def _id(hour: int) -> str:
    return f"20261101T{hour:02}0000Z-{f'{hour}' * 8}"


@pytest.mark.parametrize(
    ("given", "hours"),
    [
        ((), (2, 4)),
        (("previous", "latest"), (2, 4)),
        (("previous", _id(2)), (1, 2)),
        ((_id(1),), (1, 4)),
        ((_id(4), _id(1)), (4, 1)),
        ((_id(1), "previous"), (1, 2)),
        (("latest", "latest"), (4, 4)),
        ((_id(3), "latest"), (3, 4)),
    ],
)
def test_two_are_meant_by_ids_or_by_what_they_are_to_each_other(
    folder: Path, given: tuple[str, ...], hours: tuple[int, int]
) -> None:
    latest = Snapshot.latest(folder, "shop")
    assert latest
    found = pair(published(folder), latest, *given)
    assert tuple(one.manifest.id for one in found) == tuple(map(_id, hours))


@pytest.mark.parametrize(
    ("given", "words"),
    [(("nothing",), "no snapshot has the id `nothing`"), (("previous", _id(1)), f"before `{_id(1)}`")],
)
def test_one_that_is_not_there_is_said(folder: Path, given: tuple[str, ...], words: str) -> None:
    latest = Snapshot.latest(folder, "shop")
    assert latest
    with pytest.raises(NoSuchSnapshot, match=words):
        pair(published(folder), latest, *given)
