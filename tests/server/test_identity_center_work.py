"""Identity Center as work of its own: beside the accounts, shown like one, resumed like one, and counted as none."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cloud_entitlements.aws.collectors.pace import Pace
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands, handlers, schedule
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.shown import Shown, under_way
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work import ledger
from cloud_entitlements.work.models import Run, WorkItem
from cloud_entitlements.work.runner import Job, Runner

from .trouble import Deploy, Finish, ago

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("impatient")]
CENTER = "cloud_entitlements.aws.collectors.identity_center"
IDENTITIES = "GetAccountAuthorizationDetails"
FIND = "ListInstances"
WHOSE = ("organization", "identity_center")


@pytest.fixture
def sandbox(platform: Running, deploy: Deploy, finish: Finish) -> Connection:
    """Two accounts, read three days ago: everything is due."""
    draft = commands.add("organization", "Sandbox", ["ou-lark-40000000"])
    arn = deploy(draft)
    with ago(days=3):
        assert finish(commands.connect(draft, arn)).state == "done"
    return commands.find(str(draft.id))


@contextmanager
def denied(platform: Running) -> Iterator[None]:
    platform.fail({"kind": "deny", "services": ["identitystore"]})
    try:
        yield
    finally:
        platform.fail()


@pytest.fixture
def refused(sandbox: Connection, platform: Running, finish: Finish) -> Connection:
    """Its people could not be read by the last run."""
    with denied(platform):
        assert finish(commands.reprocess(sandbox)).state == "done"
    return commands.find(str(sandbox.id))


def last(connection: Connection) -> Snapshot:
    found = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert found is not None
    return found


def gaps(connection: Connection) -> dict[tuple[str, str], str]:
    return {(gap["account_id"], gap["of_collector"]): gap["code"] for gap in last(connection).rows("gaps")}


def now(platform: Running) -> int:
    return int(platform.calls()[-1]["n"])


def asked(platform: Running, since: int, operation: str) -> int:
    return sum(call["operation"] == operation for call in platform.calls(since))


def until(true: Callable[[], bool]) -> None:
    given_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < given_up
        time.sleep(0.05)


def plain(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page).split())


@pytest.mark.database
def test_accounts_do_not_wait_for_it_and_it_is_shown_while_it_goes_on(
    sandbox: Connection, platform: Running, finish: Finish, page: Client
) -> None:
    run = commands.reprocess(sandbox)
    rows = last(sandbox).rows("account_assignments")
    pairs = len({(row["permission_set"], row["target_id"]) for row in rows})
    runner = Runner(handlers.HANDLERS, threads=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{CENTER}.IDENTITY_CENTER", Pace(burst=40, per_second=1 / 3600))
        runner.start()
        try:
            until(lambda: ledger.progress(run, schedule.ACCOUNT).done == 2)
            until(lambda: ledger.under_way(run, schedule.SHOWN)[0].progress_total == pairs)
            (shown,) = under_way(sandbox, run)
            live = page.get(f"/setup/aws/{sandbox.id}/live/progress/").content.decode()
            listed = page.get("/setup/aws/").content.decode()
        finally:
            runner.stop()
    assert re.fullmatch(rf"assignments, \d+ of {pairs}", shown.text)
    assert f"Identity Center {shown.text}" in plain(live)
    assert 'max="2" value="2"' in live, "it is none of the accounts"
    assert "Reading Identity Center" in plain(live)
    assert "Reading Identity Center" in plain(listed)
    run.refresh_from_db()
    assert run.state == "running", "the snapshot waits for it"
    item = WorkItem.objects.get(run=run, kind=schedule.IDENTITY_CENTER)
    assert (item.state, item.attempt) == ("ready", 0)

    assert finish(run).state == "done"
    found = commands.find(str(sandbox.id))
    assert (found.coverage_connected, found.coverage_total) == (2, 2)
    assert last(found).count("account_assignments") == 73
    assert found.identity_center["status"] == "read"


@pytest.mark.database
def test_what_one_that_was_killed_had_read_is_not_read_again(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    """Killed after its part was written, and before anybody was told."""
    run, since = commands.reprocess(sandbox), now(platform)
    kinds = [schedule.SURVEY, schedule.IDENTITY_CENTER]
    for kind in kinds:
        item = ledger.claim("dying", [kind])
        assert item is not None
        handlers.HANDLERS[kind](Job(item))
        if kind == schedule.SURVEY:
            ledger.finish(item)
    WorkItem.objects.filter(state="leased").update(lease_until=timezone.now() - timedelta(seconds=1))
    assert asked(platform, since, FIND) == 1
    assert finish(run).state == "done"
    assert asked(platform, since, FIND) == 1
    item = WorkItem.objects.get(run=run, kind=schedule.IDENTITY_CENTER)
    assert (item.state, item.attempt) == ("done", 2)
    assert gaps(sandbox) == {}


@pytest.mark.database
def test_one_that_is_given_up_is_a_gap_and_keeps_what_was_read(
    sandbox: Connection, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("cloud_entitlements.work.runner.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("cloud_entitlements.server.connections.identity_center._region", broken)
    before = last(sandbox).count("directory_users")
    assert finish(commands.reprocess(sandbox)).state == "done"
    found = commands.find(str(sandbox.id))
    assert gaps(found) == {WHOSE: "unfinished"}
    assert last(found).count("directory_users") == before
    told = found.identity_center
    assert (told["status"], told["failure"], "a mistake of ours" in told["detail"]) == (
        "failed", "unfinished", True,
    )  # fmt: skip
    assert (found.coverage_connected, found.coverage_total) == (2, 2)


def test_one_that_is_refused_is_shown_with_a_way_to_try_again(refused: Connection, page: Client) -> None:
    told = refused.identity_center
    assert (told["status"], told["failure"]) == ("denied", "denied")
    assert timezone.now() - timedelta(days=4) < Shown(refused).identity_center["read_at"]  # type: ignore[index]
    assert told["read_at"] < (timezone.now() - timedelta(days=2)).isoformat(), "when its last value is of"
    assert (refused.coverage_connected, refused.coverage_total) == (2, 2)
    for place in ("", "accounts/"):
        text = page.get(f"/setup/aws/{refused.id}/{place}").content.decode()
        line = text.partition('id="identity-center"')[2].partition("</ul>")[0]
        assert plain(line).startswith("> Identity Center Denied Retry"), place
        assert 'name="identity_center" value="true"' in line
        assert "that is kept" in line
    assert "Retry 1 failed" in plain(page.get(f"/setup/aws/{refused.id}/").content.decode())


@pytest.mark.parametrize("how", ["page", "api", "all that failed"])
def test_it_is_tried_again_by_itself(
    refused: Connection, platform: Running, finish: Finish, page: Client, api: Any, how: str
) -> None:
    since, one = now(platform), f"/aws/organizations/{refused.id}"
    if how == "page":
        page.post(f"/setup/aws/{refused.id}/retry/", {"identity_center": "true"})
    elif how == "api":
        assert api("POST", f"{one}/retry?identity_center=true")[0] == 202
    else:
        commands.retry(refused)
    run = Run.objects.get(subject=str(refused.id), state="running")
    assert finish(run).state == "done"
    assert (asked(platform, since, FIND), asked(platform, since, IDENTITIES)) == (1, 0)
    assert gaps(refused) == {}
    assert api("GET", one)[1]["identity_center"] == {
        "status": "read", "failure": None, "detail": "", "causes": [],
        "read_at": commands.find(str(refused.id)).identity_center["read_at"],
    }  # fmt: skip


def test_one_account_that_is_tried_again_leaves_it_alone(
    refused: Connection, platform: Running, finish: Finish
) -> None:
    since = now(platform)
    assert finish(commands.retry(refused, "210000000061")).state == "done"
    assert asked(platform, since, FIND) == 0
    assert gaps(refused) == {WHOSE: "denied"}, "what was not asked again stays a gap"
    assert commands.find(str(refused.id)).identity_center["status"] == "denied"


def test_a_terminal_shows_it_tries_it_again_and_ends_with_three_while_it_lacks(
    refused: Connection, platform: Running, terminal: Any
) -> None:
    with denied(platform):
        code, out, err = terminal("org", "retry", str(refused.id), "--identity-center")
    assert code == 3
    assert re.search(r"^IDENTITY CENTER +denied$", out, re.MULTILINE)
    assert re.search(r"^Identity Center ", err, re.MULTILINE)
    code, out, _ = terminal("org", "retry", str(refused.id), "--identity-center")
    assert code == 0
    assert re.search(r"^IDENTITY CENTER +read$", out, re.MULTILINE)


def test_a_management_role_that_is_refused_meanwhile_is_its_gap_alone(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    """The survey got in; between it and this, the trust was taken away."""
    platform.fail({"kind": "deny", "operation": "AssumeRole", "account": "210000000001", "after": 1})
    try:
        assert finish(commands.reprocess(sandbox)).state == "done"
    finally:
        platform.fail()
    assert gaps(sandbox) == {WHOSE: "assume_refused"}
    told = commands.find(str(sandbox.id)).identity_center
    assert (told["status"], bool(told["causes"])) == ("denied", True)


def test_a_single_account_has_none(platform: Running, deploy: Deploy, finish: Finish) -> None:
    draft = commands.add("account", "Alone", [platform.organization()["management_account_id"]])
    run = commands.connect(draft, deploy(draft))
    assert finish(run).state == "done"
    assert not WorkItem.objects.filter(run=run, kind=schedule.IDENTITY_CENTER).exists()
    assert Shown(commands.find(str(draft.id))).identity_center is None
