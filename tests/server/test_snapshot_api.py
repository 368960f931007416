"""The list of snapshots, and what changed between two, as a program asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.access.changes import changes
from cloud_entitlements.inventory import Snapshot, import_files
from cloud_entitlements.inventory.offline import Given
from cloud_entitlements.server.access import compared, opened
from cloud_entitlements.server.connections import commands as connecting
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.people.tokens import create_token

from .asked import (
    ADA,
    DEPLOY,
    HOSTILE,
    MANAGEMENT,
    SHOP,
    TOOLS,
    identity,
    imported,
    organization,
    people,
    policy,
    statement,
)

pytestmark = pytest.mark.django_db
Api = Callable[[str], tuple[int, Any]]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    compared.forget()
    opened.forget()


@pytest.fixture
def api() -> Api:
    """A program with a token."""
    client = Client(headers={"Authorization": f"Bearer {create_token('test')}"})

    def call(path: str) -> tuple[int, Any]:
        answer = client.get(f"/api/v1/snapshots{path}")
        return answer.status_code, answer.json()

    return call


@pytest.fixture
def two(tmp_path: Path) -> tuple[Snapshot, Snapshot]:
    """Deploy may do s3 too, eve is new, and so is a control policy; of the tools nothing was given again."""
    older = imported(settings.SNAPSHOTS_DIR)
    lists = people()[SHOP]
    lists["RoleDetailList"][0] = identity("Role", "deploy", policy(statement("Allow", ["iam:*", "s3:Get*"])))
    lists["UserDetailList"].append(identity("User", "eve"))
    above = organization()
    no_queues = policy(statement("Deny", "sqs:*"))
    above["service_control_policies"].append(
        {"id": "p-noqueues", "name": HOSTILE, "document": no_queues, "targets": [SHOP]}
    )
    files = {"shop.json": {"GroupDetailList": [], **lists}, "organization": above}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    given = Given("audit", (tmp_path / "shop.json",), None, tmp_path / "organization", None, False)
    return older, import_files(given, settings.SNAPSHOTS_DIR).snapshot


@pytest.mark.parametrize("path", ["", "/diff"])
def test_nobody_asks_without_signing_in(two: tuple[Snapshot, Snapshot], path: str) -> None:
    answer = Client().get(f"/api/v1/snapshots{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    client = Client()
    client.force_login(User.objects.create_user("viewer"))
    assert client.get(f"/api/v1/snapshots{path}").status_code == 200


def test_snapshots_are_listed_the_newest_first_and_page_by_page(
    api: Api, two: tuple[Snapshot, Snapshot]
) -> None:
    other = imported(settings.SNAPSHOTS_DIR, "other", standalone=True)
    status, found = api("")
    expected = [one.manifest.id for one in (other, two[1], two[0])]
    assert (status, [one["id"] for one in found["items"]]) == (200, expected)
    assert [one["default"] for one in found["items"]] == [True, False, False]
    pages: list[str] = []
    cursor = ""
    while not pages or cursor:
        _, page = api(f"?limit=1&cursor={cursor}")
        pages += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"] or ""
    assert pages == expected
    assert [one["name"] for one in api("?connection=audit")[1]["items"]] == ["audit", "audit"]
    assert api("?cursor=x")[0] == 400


def test_what_is_switched_off_is_neither_listed_nor_compared(api: Api) -> None:
    draft = connecting.add("account", "Off", [SHOP])
    found = imported(settings.SNAPSHOTS_DIR)
    found.folder.parent.rename(settings.SNAPSHOTS_DIR / str(draft.id))
    manifest = settings.SNAPSHOTS_DIR / str(draft.id) / found.manifest.id / "manifest.json"
    manifest.write_text(manifest.read_text().replace(found.manifest.connection_id, str(draft.id)))
    assert len(api("")[1]["items"]) == 1
    Connection.objects.update(enabled=False)
    assert api("") == (200, {"items": [], "next_cursor": None})
    assert api("/diff")[0] == 409
    imported(settings.SNAPSHOTS_DIR, "on")
    assert api(f"/diff?old={found.manifest.id}")[0] == 404


def test_what_changed_is_told_with_what_could_not_be_compared(
    api: Api, two: tuple[Snapshot, Snapshot]
) -> None:
    status, found = api("/diff?limit=500")
    assert status == 200
    assert (found["old"]["id"], found["new"]["id"]) == tuple(one.manifest.id for one in two)
    assert found["counts"] == {"new": 1, "gone": 0, "changed": 3, "unknown": 130}
    told = {one["arn"]: one for one in found["items"]}
    assert told[DEPLOY]["actions"]["gained"]["s3"][0] == "s3:GetAccelerateConfiguration"
    assert [one["status"] for one in told[DEPLOY]["policies"]] == ["changed"]
    assert told[ADA]["by_control_policies"]
    assert told[ADA]["actions"]["lost"] == {"sqs": ["sqs:*"]}
    assert told[f"arn:aws:iam::{SHOP}:user/eve"]["status"] == "new"
    (control,) = found["control_policies"]
    assert (control["name"], control["node"], control["status"]) == (HOSTILE, SHOP, "attached")
    accounts = {one["account_id"]: one["status"] for one in found["accounts"]}
    assert accounts == {MANAGEMENT: "not_read", TOOLS: "not_read"}


def test_the_identities_come_page_by_page_and_none_twice(api: Api, two: tuple[Snapshot, Snapshot]) -> None:
    arns: list[str] = []
    cursor, pages = "", 0
    while not pages or cursor:
        _, found = api(f"/diff?limit=50&cursor={cursor}")
        arns += [one["arn"] for one in found["items"]]
        cursor, pages = found["next_cursor"] or "", pages + 1
    assert pages == 3
    assert len(arns) == len(set(arns)) == sum(found["counts"].values())
    assert arns == sorted(arns, key=lambda arn: (arn.split(":")[4], arn))


def test_one_identity_or_one_service_is_picked_out(api: Api, two: tuple[Snapshot, Snapshot]) -> None:
    _, found = api(f"/diff?identity={ADA}")
    assert [one["arn"] for one in found["items"]] == [ADA]
    _, found = api("/diff?service=s3&limit=500")
    assert [one["arn"] for one in found["items"] if one["status"] != "unknown"] == [DEPLOY]
    assert api("/diff?service=*")[0] == 422


def test_the_same_snapshot_twice_has_no_difference(api: Api, two: tuple[Snapshot, Snapshot]) -> None:
    _, found = api("/diff?old=latest&limit=500")
    assert (found["items"], found["control_policies"]) == ([], [])


@pytest.mark.parametrize("query", ["?old=nothing", "?new=nothing", "?connection=nothing"])
def test_what_is_not_there_is_not_found(api: Api, two: tuple[Snapshot, Snapshot], query: str) -> None:
    status, answer = api(f"/diff{query}")
    assert (status, answer["code"]) == (404, "not_found")
    assert answer["fix"]


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "é"])
def test_a_cursor_of_another_question_is_refused(
    api: Api, two: tuple[Snapshot, Snapshot], cursor: str
) -> None:
    assert api(f"/diff?cursor={cursor}")[0] == 400
    _, found = api("/diff?limit=1")
    assert api(f"/diff?service=s3&cursor={found['next_cursor']}")[0] == 400


def test_without_a_snapshot_or_with_one_alone_the_next_step_is_told(api: Api) -> None:
    status, answer = api("/diff")
    assert (status, answer["code"]) == (409, "no_snapshot")
    imported(settings.SNAPSHOTS_DIR)
    status, answer = api("/diff")
    assert status == 404
    assert "before" in answer["detail"]


def test_many_who_ask_at_once_wait_for_one_comparison(
    two: tuple[Snapshot, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def counted(*given: Any) -> Any:
        begun.append(1)
        go_on.wait(60)
        return changes(*given)

    monkeypatch.setattr(compared, "changes", counted)
    ways = [compared._begun(*two) for _ in range(3)]
    go_on.set()
    assert len({id(way.changes.result(60)) for way in ways}) == 1
    assert len(begun) == 1


def test_what_takes_long_is_said_and_can_be_asked_again(
    api: Api, two: tuple[Snapshot, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*given: Any) -> Any:
        go_on.wait(60)
        return changes(*given)

    monkeypatch.setattr(compared, "changes", slow)
    monkeypatch.setattr(compared, "WAIT_SECONDS", 0.01)
    status, answer = api("/diff")
    assert (status, answer["code"]) == (409, "comparing")
    go_on.set()
    monkeypatch.setattr(compared, "WAIT_SECONDS", 60)
    assert api("/diff")[0] == 200
