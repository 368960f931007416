"""Removal, guided: the stack, what to do when it hangs, the check that no role answers, the record; then again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.conf import settings
from django.test import Client

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.farewell import farewell_record
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.refusals import NotReady
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import Run

from .lines import let_go, printed
from .trouble import HARBOUR, QUAY, SEED, Deploy, Finish, account, connect, draft, why

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ONE, TWO, DOCK = "420000000011", "420000000012", "ou-harb-20000000"
Api = Callable[..., tuple[int, Any]]
Terminal = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


def delete(platform: Running, connection: Connection) -> None:
    stack = commands.template_names(connection).stack_name
    platform.client("cloudformation", HARBOUR).delete_stack(StackName=stack)


def status_of(platform: Running, connection: Connection) -> str:
    stack = commands.template_names(connection).stack_name
    try:
        found = platform.client("cloudformation", HARBOUR).describe_stacks(StackName=stack)
    except ClientError:
        return "gone"
    return str(found["Stacks"][0]["StackStatus"])


def checked(connection: Connection, finish: Finish) -> dict[str, Any]:
    finish(commands.check_gone(connection))
    found = farewell_record(connection)
    assert found is not None
    return found


def ids(answers: list[dict[str, str]]) -> list[str]:
    return [one["account_id"] for one in answers]


def test_the_check_finds_each_role_before_the_stack_is_deleted_and_none_after(
    quay: Connection, platform: Running, finish: Finish, page: Client, api: Api, terminal: Terminal
) -> None:
    assert commands.find(str(quay.id)).snapshot_id
    code, out, _ = terminal("org", "check-removed", str(quay.id), "--output", "json")
    assert (code, ids(json.loads(out)["answering"])) == (1, [HARBOUR, ONE, TWO])
    remove = f"/setup/aws/{quay.id}/remove/"
    assert "3 of 3 roles still answer" in page.get(remove).content.decode()

    delete(platform, quay)
    before = platform.calls()[-1]["n"]
    status, begun = api("POST", f"/aws/organizations/{quay.id}/removal-check")
    assert (status, begun["state"], begun["total"], begun["done"]) == (202, "running", 3, 0)
    assert "Asking" in page.get(remove).content.decode()
    assert "Checking that no role answers" in page.get("/setup/aws/rows/").content.decode()
    finish(Run.objects.get(kind="farewell", state="running"))
    assert {call["operation"] for call in platform.calls(before)} == {"AssumeRole"}, "nothing is collected"
    _, told = api("GET", f"/aws/organizations/{quay.id}/removal-check")
    assert (told["state"], told["gone"], told["answering"], told["untold"]) == ("done", 3, [], [])
    shown = page.get(remove).content.decode()
    assert "No role answers any more: 3 of 3 roles answered before, and are refused now." in shown
    assert terminal("org", "check-removed", str(quay.id))[0] == 0

    found = commands.find(str(quay.id))
    assert (found.snapshot_id, found.sync_error) == (quay.snapshot_id, ""), "the check touches nothing else"
    assert finish(commands.reprocess(found)).state == "done"
    assert why(found)["code"] == "assume_refused"
    assert "it was deleted" in why(found)["causes"][0]["tell"]


def test_the_check_asks_by_the_page_as_well(quay: Connection, finish: Finish, page: Client) -> None:
    answer = page.post(f"/setup/aws/{quay.id}/remove/check/", follow=True)
    assert "Asking every role." in answer.content.decode()
    finish(Run.objects.get(kind="farewell"))
    live = page.get(f"/setup/aws/{quay.id}/live/farewell/").content.decode()
    assert "quay-one" in live
    assert "Still there" in live


def test_of_what_never_answered_nothing_is_claimed(
    platform: Running, deploy: Deploy, finish: Finish, page: Client
) -> None:
    connection = draft(DOCK)
    found = connect(connection, deploy(connection), finish)
    delete(platform, found)
    told = checked(found, finish)
    assert (told["answering"], told["gone"]) == ([], 3)
    words = {one["account_id"]: one["detail"] for one in told["untold"]}
    assert set(words) == {f"4200000000{number}" for number in (41, 42, 43, 44)}, (
        "those below the targets alone"
    )
    assert "account is suspended" in words["420000000041"]
    assert "account is closed" in words["420000000043"]
    assert "never answered (pending)" in words["420000000044"]
    shown = page.get(f"/setup/aws/{found.id}/remove/").content.decode()
    assert "No role answers any more, as far as can be told" in shown
    assert "4 can&#x27;t be told from here" in shown or "4 can't be told from here" in shown


def test_a_role_that_came_after_the_last_collection_is_found(
    platform: Running, deploy: Deploy, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.server.connections.collecting.PROPAGATION_SECONDS", 0)
    connection = draft(QUAY)
    platform.hold_stacksets(hold=True)
    try:
        found = connect(connection, deploy(connection), finish)
    finally:
        platform.hold_stacksets(hold=False)
    assert account(found, ONE).status == "pending"
    assert ids(checked(found, finish)["answering"]) == [HARBOUR, ONE, TWO]


def test_a_check_while_it_is_off_is_refused(
    quay: Connection, platform: Running, page: Client, api: Api, terminal: Terminal
) -> None:
    commands.switch(quay, enabled=False)
    before = platform.calls()[-1]["n"]
    code, _, said = terminal("org", "check-removed", str(quay.id))
    assert (code, "is switched off" in said) == (1, True)
    status, problem = api("POST", f"/aws/organizations/{quay.id}/removal-check")
    assert (status, problem["code"]) == (409, "switched_off")
    answer = page.post(f"/setup/aws/{quay.id}/remove/check/", follow=True).content.decode()
    assert "is switched off: switch it on first" in answer
    assert "Switch it on to check." in answer
    assert platform.calls(before) == []
    assert not Run.objects.filter(kind="farewell").exists()


def test_what_was_never_deployed_needs_no_check(platform: Running, api: Api, page: Client) -> None:
    connection = draft(QUAY)
    status, problem = api("POST", f"/aws/organizations/{connection.id}/removal-check")
    assert (status, problem["code"]) == (409, "nothing_deployed")
    assert api("GET", f"/aws/organizations/{connection.id}/removal-check") == (200, None)
    shown = page.get(f"/setup/aws/{connection.id}/remove/").content.decode()
    assert "Nothing was deployed" in shown
    assert commands.template_names(connection).stack_name in shown


def test_a_check_and_a_collection_never_take_each_other_s_place(
    quay: Connection, finish: Finish, api: Api
) -> None:
    under_way = commands.reprocess(quay)
    check = commands.check_gone(quay)
    assert (check.kind, check.state) == ("farewell", "queued")
    collect = commands.reprocess(quay)
    assert (collect.kind, collect.state) == ("collect", "queued"), "what is asked for later is not lost"
    check.refresh_from_db()
    assert check.state == "failed"
    assert "gave way" in check.error
    with pytest.raises(NotReady) as busy:
        commands.check_gone(quay)
    assert busy.value.code == "busy"
    assert api("POST", f"/aws/organizations/{quay.id}/removal-check")[0] == 409
    assert finish(under_way).state == finish(collect).state == "done"
    assert len(checked(quay, finish)["answering"]) == 3


def test_a_deletion_that_hangs_on_a_suspended_account_is_solved_by_the_lines_shown(
    platform: Running, deploy: Deploy, finish: Finish, page: Client
) -> None:
    late = platform.join(HARBOUR, "mothballed", "Quay")
    connection = draft(QUAY)
    found = connect(connection, deploy(connection), finish)
    organizations = platform.client("organizations", HARBOUR)
    organizations.close_account(AccountId=late)
    finish(commands.reprocess(found))
    assert account(found, late).status == "suspended"
    remove = f"/setup/aws/{found.id}/remove/"
    assert "mothballed" in page.get(remove).content.decode()
    assert printed(page.get(remove).content.decode(), "delete-stack")

    delete(platform, found)
    assert status_of(platform, found) == "DELETE_FAILED"
    events = platform.client("cloudformation", HARBOUR).describe_stack_events(
        StackName=commands.template_names(found).stack_name
    )
    named = commands.diagnose_stack(found, json.dumps(events, default=str))
    assert named[0]["code"] == "stack_delete_failed"
    told = checked(found, finish)
    assert (ids(told["answering"]), told["gone"], ids(told["untold"])) == ([HARBOUR], 2, [late])
    assert "comes back with it" in told["untold"][0]["detail"]

    line = printed(page.get(remove).content.decode(), "delete-stack-instances")
    assert f"Accounts={late},AccountFilterType=INTERSECTION" in line, "no other keeps its role by mistake"
    let_go(platform, HARBOUR, line)
    delete(platform, found)
    assert status_of(platform, found) == "gone"
    told = checked(found, finish)
    assert (told["answering"], told["gone"], ids(told["untold"])) == ([], 3, [late])
    organizations.remove_account_from_organization(AccountId=late)


@pytest.mark.parametrize("data", ["keep", "purge"])
def test_removed_and_begun_again(
    quay: Connection, platform: Running, deploy: Deploy, finish: Finish, page: Client, data: str
) -> None:
    delete(platform, quay)
    assert checked(quay, finish)["answering"] == []
    answer = page.post(f"/setup/aws/{quay.id}/remove/", {"name": quay.name, "data": data})
    assert answer["Location"] == "/setup/aws/"
    assert not Connection.objects.exists()
    assert (settings.SNAPSHOTS_DIR / str(quay.id)).exists() == (data == "keep")
    again = draft(QUAY)
    assert again.external_id != quay.external_id
    assert quay.external_id not in commands.template(again)
    found = connect(again, deploy(again), finish)
    assert (found.status, found.coverage_connected) == ("connected", 2)
