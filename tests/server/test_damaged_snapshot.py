"""A latest snapshot that can't be read is an explained state of its own connection, and stops nothing of the others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.default import use
from cloud_entitlements.inventory.manifest import FILE_NAME
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations import due, known_accounts
from cloud_entitlements.work.models import WorkItem

from .days import CONNECTION, FULL, Days, user
from .lines import plain
from .trouble import Finish

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
OTHER = "other"


def cut(manifest: Path) -> None:
    manifest.write_text(manifest.read_text(encoding="utf-8")[:100], encoding="utf-8")


def lose(manifest: Path) -> None:
    manifest.unlink()


def empty(manifest: Path) -> None:
    manifest.write_text("{}", encoding="utf-8")


def newer(manifest: Path) -> None:
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**told, "format": 99}), encoding="utf-8")


DAMAGE = [cut, lose, empty, newer]
Damage = Callable[[Path], None]


@pytest.fixture
def two(tmp_path: Path) -> Days:
    """An older snapshot of this one is the default, by choice; another connection waits to be judged."""
    days, other = Days(tmp_path), Days(tmp_path, OTHER)
    first = days.collected(user("ada", FULL))
    days.collected(user("ada"))
    use(settings.SNAPSHOTS_DIR, first.snapshot_id)
    other.collected(user("bob"))
    Analysis.objects.filter(connection_id=OTHER).delete()
    return days


def latest(connection_id: str) -> Path:
    found = Snapshot.latest(settings.SNAPSHOTS_DIR, connection_id)
    assert found is not None
    return found.folder


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_round_goes_on_with_the_other_connections(two: Days, damage: Damage) -> None:
    damage(latest(CONNECTION) / FILE_NAME)
    assert due.waiting() == [OTHER]
    assert due.start_due() == 1
    item = WorkItem.objects.get()
    assert item.run.subject == due.subject_of(OTHER)


@pytest.mark.parametrize("damage", DAMAGE)
def test_pages_and_api_say_which_why_and_what_next(two: Days, page: Client, api: Any, damage: Damage) -> None:
    folder = latest(CONNECTION)
    damage(folder / FILE_NAME)
    for path in ("/", "/identities/", "/recommendations/"):
        text = plain(page.get(path).content.decode())
        assert f"The latest snapshot of {CONNECTION} can't be read." in text, path
        assert f"`{folder}`" in text
        assert "restore that folder from a backup" in text.lower()
    status, answer = api("GET", "/identities")
    assert status == 200
    (told,) = answer["coverage"]["damaged"]
    assert (told["id"], str(folder) in told["why"]) == (CONNECTION, True)
    assert ("upgrade" in told["why"]) is (damage is newer)


def test_a_connection_says_so_and_goes_on_when_it_is_mended(
    connected: Connection, finish: Finish, page: Client
) -> None:
    folder = latest(str(connected.id))
    cut(folder / FILE_NAME)
    run = finish(commands.reprocess(connected))
    assert run.state == "failed"
    assert str(folder) in run.error
    assert WorkItem.objects.get(run=run).attempt == 1, "it would end the same way"
    found = commands.find(str(connected.id))
    assert found.sync_failure is not None
    assert found.sync_failure["code"] == "damaged_snapshot"
    text = plain(page.get(f"/setup/aws/{connected.id}/").content.decode())
    assert f"The latest snapshot of {connected.name} can't be read." in text
    assert str(folder) in text

    shutil.rmtree(folder)
    (folder.parent / "latest").unlink()
    assert finish(commands.reprocess(connected)).state == "done"
    found = commands.find(str(connected.id))
    assert (found.sync_failure, found.coverage_connected) == (None, 2)


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_account_can_be_made_known_for_a_connection_whose_snapshot_is_damaged(
    two: Days, damage: Damage
) -> None:
    damage(latest(CONNECTION) / FILE_NAME)
    known = known_accounts.know(CONNECTION, "444455556666", "a supplier", "ada")
    assert list(known_accounts.known_accounts(CONNECTION)) == [known]
