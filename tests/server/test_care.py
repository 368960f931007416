"""Connections that are looked after: the daily test, the tree with every state and cause, pasted stack errors."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from cloud_entitlements.server.connections import commands, handlers, schedule
from cloud_entitlements.server.connections import platform as identity
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work import ledger
from cloud_entitlements.work.runner import Runner

from .trouble import HARBOUR, QUAY, SEED, Deploy, Finish, account, collected, connect, draft, trust

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("impatient"),
]
ONE, TWO = "420000000011", "420000000012"
Api = Callable[..., tuple[int, Any]]
Terminal = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


def a_day_later() -> None:
    late = timezone.now() - timedelta(hours=25)
    Connection.objects.update(proven_at=late, sync_ended_at=late)
    Account.objects.update(proven_at=late)


def shown(page: Client, path: str) -> str:
    return page.get(path).content.decode()


# --- the daily test of the external id


def test_the_test_is_due_once_a_day_spread_over_four_hours() -> None:
    keys = [f"4200000{number:05}" for number in range(400)]

    def due(hours: float) -> int:
        then = timezone.now() - timedelta(hours=hours)
        return sum(schedule.proof_is_due(key, then) for key in keys)

    assert (due(19.99), due(24.01)) == (0, 400)
    assert 150 < due(22) < 250, "half of them in the middle of the four hours"
    assert schedule.proof_is_due("new", None)
    assert due(21) == due(21), "a key has its own hour"


def test_what_must_work_is_tested_before_what_must_not(quay: Connection, platform: Running) -> None:
    a_day_later()
    before = platform.calls()[-1]["n"]
    with override_settings(SYNCHRONIZATION_MINUTES=100_000):
        assert handlers.tick() == 1, "the test does not wait for a pause that is longer than a day"
    run = ledger.active_run(str(quay.id))
    assert run is not None
    Runner(handlers.HANDLERS, threads=1).run_until_ended(run, lambda _run: None, every_seconds=0.05)
    asked = [call["error"] for call in platform.calls(before) if call["operation"] == "AssumeRole"]
    refused = "AccessDenied"
    proof = [None, refused, refused]
    assert asked == [*proof, None, *proof, *proof], "the management role, then the session; then each account"
    found = commands.find(str(quay.id))
    assert found.proven_at is not None
    assert found.proven_at > timezone.now() - timedelta(minutes=5)
    assert not Account.objects.filter(status="connected", proven_at__lt=timezone.now() - timedelta(hours=1))


def test_one_that_is_not_due_makes_no_such_call(quay: Connection, platform: Running, finish: Finish) -> None:
    before = platform.calls()[-1]["n"]
    collected(quay, finish)
    errors = [call["error"] for call in platform.calls(before) if call["operation"] == "AssumeRole"]
    assert errors == [None] * 3


def test_the_test_pauses_while_it_is_off(quay: Connection, platform: Running, finish: Finish) -> None:
    commands.switch(quay, enabled=False)
    a_day_later()
    before = platform.calls()[-1]["n"]
    assert handlers.tick() == 0
    assert platform.calls(before) == []
    commands.switch(quay, enabled=True)
    run = ledger.active_run(str(quay.id))
    assert run is not None
    finish(run)
    assert [call["error"] for call in platform.calls(before)].count("AccessDenied") == 6


@dataclass(slots=True)
class Loosened:
    """The trust of a role that admits the platform without an external id, until it is mended."""

    iam: Any
    role: str
    right: str = ""

    def loosen(self) -> None:
        self.right = json.dumps(self.iam.get_role(RoleName=self.role)["Role"]["AssumeRolePolicyDocument"])
        self._set(trust(identity.require().arn))

    def mend(self) -> None:
        self._set(self.right)

    def _set(self, policy: str) -> None:
        self.iam.update_assume_role_policy(RoleName=self.role, PolicyDocument=policy)


@pytest.fixture(params=[HARBOUR, ONE], ids=["the management role", "a member role"])
def loosened(request: pytest.FixtureRequest, quay: Connection, platform: Running) -> tuple[str, Loosened]:
    where: str = request.param
    iam = platform.client("iam", HARBOUR) if where == HARBOUR else platform.inside("iam", HARBOUR, where)
    return where, Loosened(iam, quay.role_arn.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Faces:
    page: Client
    api: Api
    terminal: Terminal


@pytest.fixture
def faces(page: Client, api: Api, terminal: Terminal) -> Faces:
    return Faces(page, api, terminal)


def test_a_trust_that_loosened_is_critical_everywhere_until_it_is_mended(
    quay: Connection, platform: Running, finish: Finish, faces: Faces, loosened: tuple[str, Loosened]
) -> None:
    page, api, terminal, (where, role) = faces.page, faces.api, faces.terminal, loosened
    one = f"/setup/aws/{quay.id}/"
    role.loosen()
    a_day_later()
    before = platform.calls()[-1]["n"]
    found = collected(quay, finish)
    through = {call["account"] for call in platform.calls(before) if call["service"] != "sts"}
    assert where not in through, "nothing is collected through it"
    words = "Trust too open" if where == HARBOUR else "Trust too open in 1 account"
    for path in ("/", "/setup/aws/", "/setup/aws/rows/"):
        assert f"<b>Critical:</b> {words}</a>" in shown(page, path), path
    assert "Critical:" in shown(page, one)
    assert "The role&#x27;s trust is too open" in shown(page, one) or "trust is too open" in shown(page, one)
    _, told = api("GET", f"/aws/organizations/{quay.id}")
    assert told["critical"] == words
    code, out, _ = terminal("org", "show", str(quay.id))
    assert (code, words in out) == (0, True)
    if where == ONE:
        _, rows = api("GET", f"/aws/organizations/{quay.id}/accounts?status=too_open")
        assert [row["failure"] for row in rows["items"]] == ["trust_too_open"]
        assert account(found, TWO).status == "connected", "that account alone"
        assert "cloudformation deploy" in account(found, ONE).causes[0]["fix"]
    found = collected(found, finish)
    assert api("GET", f"/aws/organizations/{quay.id}")[1]["critical"] == words, "the next run looks again"

    role.mend()
    found = collected(found, finish)
    assert api("GET", f"/aws/organizations/{quay.id}")[1]["critical"] is None
    assert (found.coverage_connected, found.sync_error) == (2, "")
    assert "Critical:" not in shown(page, "/") + shown(page, one)


# --- the tree


def asked(platform: Running, act: Callable[[], object]) -> set[str]:
    """Accounts whose roles were asked for meanwhile."""
    platform.fail({"kind": "throttle", "most": 0})  # it never happens: the log is kept
    try:
        act()
        return {one["account"] for one in platform.faults() if one["operation"] == "AssumeRole"}
    finally:
        platform.fail()


def test_every_state_stands_in_the_tree_with_its_cause_and_only_what_failed_is_tried_again(
    platform: Running, deploy: Deploy, finish: Finish, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = draft()
    found = connect(connection, deploy(connection), finish)
    commands.change(found, target_ids=["ou-harb-20000000", "ou-harb-30000000"])
    found = collected(found, finish)
    accounts = f"/setup/aws/{found.id}/accounts/"
    tree = shown(page, accounts)
    rows = {row.account_id: row for row in found.accounts.all()}
    assert {row.status for row in rows.values()} == {
        "connected", "suspended", "closed", "pending", "denied", "not_targeted"
    }  # fmt: skip
    for row in rows.values():
        (line,) = re.findall(rf'<li id="account-{row.account_id}">(.*?)\n</li>', tree, re.DOTALL)
        assert row.get_status_display() in line
        assert row.status == "connected" or html.escape(row.detail).split("`")[0] in line, row.status
        assert ("Causes and fixes" in line) == row.in_trouble
        assert ("Retry" in line) == row.in_trouble
    assert "2 in trouble" in tree, "units say what is below them"

    denied = shown(page, f"{accounts}?status=denied")
    assert set(re.findall(r'id="account-(\d+)"', denied)) == {"420000000031", "420000000032"}
    assert "No account is in this state" in shown(page, f"{accounts}?status=left")
    assert 'aria-current="true" href="?status=denied">Denied 2' in denied

    def press(**given: str) -> None:
        page.post(f"/setup/aws/{found.id}/retry/", given)
        run = ledger.active_run(str(found.id))
        assert run is not None
        finish(run)

    assert "Retry the 3 that failed" in tree
    failed = {"420000000031", "420000000032"}
    assert asked(platform, press) == {HARBOUR, *failed}
    assert asked(platform, lambda: press(account_id="420000000032")) == {HARBOUR, "420000000032"}
    assert account(found, "420000000021").collected_at == rows["420000000021"].collected_at

    monkeypatch.setattr("cloud_entitlements.server.connections.tree.INLINE", 1)
    monkeypatch.setattr("cloud_entitlements.server.connections.tree.PAGE", 4)
    closed = shown(page, accounts)
    assert 'id="account-' not in closed
    assert '<details class="unit"><summary>' in closed
    (address,) = {html.unescape(one) for one in re.findall(r'hx-get="([^"]*Dock[^"]*)"', closed)}
    first = shown(page, address)
    assert len(re.findall(r'id="account-', first)) == 4
    (more,) = re.findall(r'hx-get="([^"]+)"', first)
    rest = shown(page, html.unescape(more))
    assert (len(re.findall(r'id="account-', rest)), "hx-get" in rest) == (2, False)


def test_hostile_names_never_act_in_the_tree_or_on_the_ways_out(
    platform: Running, deploy: Deploy, finish: Finish, page: Client, terminal: Terminal
) -> None:
    organizations = platform.client("organizations", HARBOUR)
    bad_unit = '"><script>u()</script> / &'
    unit = organizations.create_organizational_unit(ParentId=QUAY, Name=bad_unit)["OrganizationalUnit"]["Id"]
    late = platform.join(HARBOUR, "=1+1<script>a()</script>\u202eevil", bad_unit)
    try:
        connection = draft(unit, "<script>o()</script>`<b>`")
        found = connect(connection, deploy(connection), finish)
        assert account(found, late).status == "connected"
        finish(commands.check_gone(found))
        one = f"/setup/aws/{found.id}"
        paths = ["/", f"{one}/", f"{one}/accounts/", f"{one}/remove/", f"{one}/update/", f"{one}/edit/", f"{one}/stack/",
                 f"{one}/live/farewell/", "/administration/platform/"]  # fmt: skip
        for path in paths:
            text = shown(page, path)
            assert not re.search(r"<script>[auo]\(", text), path
        assert "&lt;script&gt;a()" in shown(page, f"{one}/remove/")
        code, out, _ = terminal("org", "accounts", str(found.id), "--output", "csv")
        assert (code, "'=1+1" in out) == (0, True)
        assert "\u202e" not in terminal("org", "accounts", str(found.id))[1]
        assert "\u202e" not in terminal("org", "check-removed", str(found.id))[1]
    finally:
        organizations.remove_account_from_organization(AccountId=late)
        organizations.delete_organizational_unit(OrganizationalUnitId=unit)


# --- a stack's error, pasted

SECRET = "arn:aws:iam::420000000001:user/never-kept"
PASTED = (
    f"User: {SECRET} ... Resource handler returned message: You must enable organizations access to operate a "
    "service managed stack set"
)
EVENTS = json.dumps(
    {
        "StackEvents": [
            {"LogicalResourceId": "stack", "ResourceStatus": "ROLLBACK_IN_PROGRESS",
             "ResourceStatusReason": "The following resource(s) failed to create: [MemberRoles]."},
            {"LogicalResourceId": "MemberRoles", "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": PASTED},
        ]
    }
)  # fmt: skip


@pytest.mark.parametrize("pasted", [PASTED, EVENTS], ids=["the message", "describe-stack-events"])
def test_a_pasted_error_is_named_and_nothing_of_it_is_kept(
    platform: Running, page: Client, api: Api, terminal: Terminal, tmp_path: Path, pasted: str
) -> None:
    connection = draft()
    address = f"/setup/aws/{connection.id}/stack/"
    assert f"describe-stack-events --stack-name {commands.template_names(connection).stack_name}" in shown(
        page, address
    )
    answer = page.post(address, {"error": pasted}).content.decode()
    assert "Trusted access" in answer
    assert "aws cloudformation activate-organizations-access" in answer
    status, told = api("POST", f"/aws/organizations/{connection.id}/stack-error", {"error": pasted})
    assert (status, [one["code"] for one in told["items"]]) == (200, ["stack_trusted_access_off"])
    file = tmp_path / "events.txt"
    file.write_text(pasted)
    code, out, _ = terminal("org", "diagnose", str(connection.id), str(file))
    assert (code, "stack_trusted_access_off" in out, "fix: " in out) == (0, True, True)

    kept = [str(row) for model in apps.get_models() for row in model._default_manager.values()]
    assert not [row for row in kept if "never-kept" in row]
    files = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert not [path for path in files if b"never-kept" in path.read_bytes()]


def test_an_empty_paste_is_refused(platform: Running, page: Client, api: Api, terminal: Terminal) -> None:
    connection = draft()
    assert page.post(f"/setup/aws/{connection.id}/stack/", {"error": " \n"}).status_code == 422
    status, _ = api("POST", f"/aws/organizations/{connection.id}/stack-error", {"error": ""})
    assert status == 422
    assert terminal("org", "diagnose", str(connection.id), "/dev/null")[0] == 1
