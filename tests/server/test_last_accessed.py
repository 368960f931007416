"""When services were last accessed, and access keys: rows, pace, and what happens when AWS does not answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator.last_accessed import OPEN_SECONDS
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import WorkItem

from .trouble import Deploy, Finish, ago

# On SQLite alone: what AWS answers, and what becomes of it, is the same to either database.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("impatient")]
MANAGER, AMARA, JONAS = "210000000001", "210000000061", "210000000062"
SANDBOX = "ou-lark-40000000"
GENERATE, GET = "GenerateServiceLastAccessedDetails", "GetServiceLastAccessedDetails"
JOBS = "cloud_entitlements.aws.collectors.last_accessed_jobs"
PACE = "cloud_entitlements.aws.collectors.last_accessed_pace"
KEYS = "cloud_entitlements.aws.collectors.access_keys"
DAY = "2026-11-{:02}T09:00:00+00:00"


@pytest.fixture
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four identities a run, of twelve and more."""
    monkeypatch.setattr(f"{PACE}.LEAST", 4)


@pytest.fixture
def sandbox(platform: Running, deploy: Deploy, finish: Finish) -> Connection:
    """Two accounts, connected three days ago."""
    draft = commands.add("organization", "Sandbox", [SANDBOX])
    arn = deploy(draft)
    with ago(days=3):
        assert finish(commands.connect(draft, arn)).state == "done"
    return commands.find(str(draft.id))


@contextmanager
def failing(platform: Running, *rules: dict[str, Any]) -> Iterator[None]:
    platform.fail(*rules)
    try:
        yield
    finally:
        platform.fail()


def run(connection: Connection, finish: Finish, **time_ago: float) -> Connection:
    with ago(**time_ago):
        assert finish(commands.reprocess(connection)).state == "done"
    return commands.find(str(connection.id))


def snapshot(connection: Connection) -> Snapshot:
    found = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert found is not None
    return found


def rows(connection: Connection, account: str = AMARA) -> dict[str, dict[str, Any]]:
    found = snapshot(connection).rows("last_accessed", account_id=account)
    return {row["arn"].partition(":iam::")[2].partition(":")[2]: row for row in found}


def moments(connection: Connection, account: str = AMARA) -> dict[str, str]:
    return {name: row["asked_at"] for name, row in rows(connection, account).items()}


def gap(connection: Connection, account: str = AMARA, part: str = "last_accessed") -> dict[str, Any]:
    (found,) = snapshot(connection).rows("gaps", account_id=account, of_collector=part)
    return found


def outcome(connection: Connection, account: str = AMARA, part: str = "last_accessed") -> str:
    (found,) = snapshot(connection).rows("collections", account_id=account, of_collector=part)
    return str(found["outcome"])


def asked(platform: Running, since: int, operation: str = GENERATE, account: str = AMARA) -> int:
    calls = [call for call in platform.calls(since) if call["account"] == account]
    return sum(call["operation"] == operation for call in calls)


def last_call(platform: Running) -> int:
    return int(platform.calls()[-1]["n"])


def identities(connection: Connection, account: str = AMARA) -> int:
    found = snapshot(connection)
    return sum(len(list(found.rows(table, account_id=account))) for table in ("users", "roles", "groups"))


# --- rows


def test_a_row_says_which_services_and_actions_were_used_and_which_aws_tracks(sandbox: Connection) -> None:
    found = rows(sandbox)
    assert len(found) == identities(sandbox) == 12
    backup = found["user/backup-script"]
    assert backup["granularity"] == "ACTION_LEVEL"
    assert backup["services"] == [{"service": "s3", "at": DAY.format(23), "region": "eu-central-1"}]
    assert (backup["tracked"], backup["actions"], backup["tracked_actions"]) == (["s3"], [], []), (
        "objects alone are data events, which AWS does not track"
    )
    hana = found["user/hana.suzuki"]
    assert {one["service"]: one["at"][:10] for one in hana["services"]} == {
        "s3": "2026-11-19",
        "ec2": "2026-11-12",
        "lambda": "2026-11-18",
        "iam": "2026-04-28",
        "sqs": "2026-01-15",
    }
    assert {"action": "iam:GetRole", "at": "2026-04-28T09:00:00+00:00", "region": "us-east-1"} in hana[
        "actions"
    ]
    assert {"iam:CreateUser", "lambda:DeleteFunction"} < set(hana["tracked_actions"])
    assert not any(name.startswith("s3:") for name in hana["tracked_actions"]), "none of them was used"
    assert {"kms", "s3"} < set(hana["tracked"]), "what was never used is listed without a date"
    assert found["group/developers"]["services"] == hana["services"], "a group has what its members used"
    assert found["user/forgotten-trial"]["services"] == []
    users = {row["arn"]: row["id"] for row in snapshot(sandbox).rows("users")}
    assert hana["id"] == users[hana["arn"]]


def test_access_keys_have_their_age_and_last_use_and_no_secret(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    found = list(snapshot(sandbox).rows("access_keys", account_id=AMARA))
    by_user = {row["user_name"]: row for row in found}
    assert set(by_user) == {"backup-script", "forgotten-trial", "hana.suzuki"}
    backup = by_user["backup-script"]
    assert (backup["status"], backup["created_at"][:10]) == ("Active", "2020-04-08")
    used = (backup["last_used_at"], backup["last_used_service"], backup["last_used_region"])
    assert used == (DAY.format(23), "s3", "eu-central-1")
    trial = by_user["forgotten-trial"]
    assert (trial["last_used_at"], trial["last_used_service"], trial["last_used_region"]) == (
        None,
        None,
        None,
    )
    assert all(row["id"].startswith("AKIA") for row in found)

    iam = platform.inside("iam", MANAGER, AMARA)
    iam.update_access_key(UserName="forgotten-trial", AccessKeyId=trial["id"], Status="Inactive")
    made = iam.create_access_key(UserName="anna.virtanen")["AccessKey"]
    try:
        run(sandbox, finish)
        now = {row["id"]: row for row in snapshot(sandbox).rows("access_keys", account_id=AMARA)}
        assert now[trial["id"]]["status"] == "Inactive"
        assert now[made["AccessKeyId"]]["user_name"] == "anna.virtanen"
        folder = snapshot(sandbox).folder
        assert all(made["SecretAccessKey"].encode() not in file.read_bytes() for file in folder.iterdir())
    finally:
        iam.delete_access_key(UserName="anna.virtanen", AccessKeyId=made["AccessKeyId"])
        iam.update_access_key(UserName="forgotten-trial", AccessKeyId=trial["id"], Status="Active")


def test_only_users_with_keys_are_asked_for_them(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    since = last_call(platform)
    run(sandbox, finish)
    assert asked(platform, since, "ListAccessKeys") == 3, "of four users"
    assert asked(platform, since, "GetAccessKeyLastUsed") == 3
    run(sandbox, finish)
    assert asked(platform, since, "ListAccessKeys") == 3, "it was read just now"


def test_without_a_credential_report_all_users_are_asked(
    sandbox: Connection, platform: Running, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(row["id"] for row in snapshot(sandbox).rows("access_keys"))
    since = last_call(platform)
    monkeypatch.setattr(f"{KEYS}.REPORT_AGE", timedelta(days=-9))  # whatever there is is too old
    with failing(platform, {"kind": "deny", "operation": "GenerateCredentialReport"}):
        run(sandbox, finish)
    assert asked(platform, since, "ListAccessKeys") == 4
    assert sorted(row["id"] for row in snapshot(sandbox).rows("access_keys")) == before


def test_many_keys_are_read_over_several_runs(
    sandbox: Connection, platform: Running, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{KEYS}.MOST_CALLS", 3)
    before = {row["id"]: row["asked_at"] for row in snapshot(sandbox).rows("access_keys", account_id=AMARA)}
    run(sandbox, finish, minutes=30)
    found = gap(sandbox, part="access_keys")
    assert (found["code"], found["stale_since"]) == ("next_run", None)
    assert found["message"].startswith(
        "1 of 3 users were not asked; the first: 4 calls were made in this run"
    )
    assert outcome(sandbox, part="access_keys") == "partial"
    half = {row["id"]: row["asked_at"] for row in snapshot(sandbox).rows("access_keys", account_id=AMARA)}
    assert half.keys() == before.keys(), "the rest has the rows from before"
    assert sum(half[key] != before[key] for key in half) == 2
    since = last_call(platform)
    run(sandbox, finish, minutes=15)
    whole = {row["id"]: row["asked_at"] for row in snapshot(sandbox).rows("access_keys", account_id=AMARA)}
    assert asked(platform, since, "ListAccessKeys") == 1, "those just read are not asked again"
    assert all(whole[key] != before[key] for key in whole)
    assert outcome(sandbox, part="access_keys") == "collected"


# --- pace


def test_each_run_asks_its_share_the_most_privileged_first_and_nobody_twice_a_day(
    small_shares: None, sandbox: Connection, platform: Running, finish: Finish
) -> None:
    first = moments(sandbox)
    assert len(first) == 4
    assert {"role/Administrator", "role/OrganizationAccountAccessRole", "group/developers"} < set(first)
    since = last_call(platform)
    minutes = 3 * 24 * 60
    for done in (8, 12):
        minutes -= 15
        run(sandbox, finish, minutes=minutes)
        now = moments(sandbox)
        assert len(now) == done
        assert {name: now[name] for name in first} == first, "nobody twice, and what was told stays"
        assert outcome(sandbox) == "collected"
        first = now
    assert asked(platform, since) == 8
    assert list(now)[-1:] != [], "all have their row"

    since = last_call(platform)
    run(sandbox, finish, minutes=minutes - 15)
    assert moments(sandbox) == now
    assert (asked(platform, since), asked(platform, since, GET)) == (0, 0)
    assert outcome(sandbox) == "carried"

    run(sandbox, finish, minutes=2 * 24 * 60 - 5)
    later = moments(sandbox)
    again = {name for name in later if later[name] != now[name]}
    assert len(again) == 4
    assert {now[name] for name in again} == {min(now.values())}, "those whose answer is a day old"


def test_who_is_gone_is_dropped_and_a_namesake_is_asked_about_anew(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    iam = platform.inside("iam", MANAGER, AMARA)
    iam.create_user(UserName="short-lived")
    iam.create_user(UserName="remade")
    run(sandbox, finish, days=1, hours=1)
    before = rows(sandbox)
    assert {"user/short-lived", "user/remade"} < set(before)
    iam.delete_user(UserName="short-lived")
    iam.delete_user(UserName="remade")
    iam.create_user(UserName="remade")
    try:
        run(sandbox, finish, hours=20)
        after = rows(sandbox)
        assert "user/short-lived" not in after
        assert after["user/remade"]["id"] != before["user/remade"]["id"]
        assert after["user/remade"]["asked_at"] > before["user/remade"]["asked_at"]
        others = after.keys() - {"user/remade"}
        assert {name: after[name] for name in others} == {name: before[name] for name in others}
    finally:
        iam.delete_user(UserName="remade")


# --- when AWS does not answer


def test_an_account_that_throttles_ends_early_and_keeps_the_rest(
    sandbox: Connection, platform: Running, finish: Finish, hasty: None
) -> None:
    before = moments(sandbox)
    with failing(platform, {"kind": "throttle", "operation": GENERATE, "account": AMARA, "after": 5}):
        run(sandbox, finish)
    found = gap(sandbox)
    assert (found["code"], found["call"], found["stale_since"]) == ("throttled", f"iam:{GENERATE}", None)
    assert found["message"].startswith("8 of 12 identities were not asked; the first: Throttling")
    after = moments(sandbox)
    assert after.keys() == before.keys()
    assert sum(after[name] != before[name] for name in after) == 4, "two pairs were read"
    assert outcome(sandbox) == "partial"
    assert outcome(sandbox, JONAS) == "collected"
    row = sandbox.accounts.get(account_id=AMARA)
    assert (row.status, row.gap_count) == ("connected", 1)
    time.sleep(OPEN_SECONDS)  # a job that was begun and never asked for is done by then
    run(sandbox, finish)
    whole = moments(sandbox)
    assert {name for name in whole if whole[name] == after[name]} == {
        name for name in after if after[name] != before[name]
    }, "the next run asks those that are left"
    assert outcome(sandbox) == "collected"


def test_one_identity_that_is_denied_keeps_its_row_and_the_others_are_asked(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    before = moments(sandbox)
    with failing(platform, {"kind": "deny", "operation": GENERATE, "account": AMARA, "after": 3, "most": 1}):
        run(sandbox, finish)
    found, after = gap(sandbox), moments(sandbox)
    assert found["code"] == "denied"
    assert found["message"].startswith("1 of 12 identities were not asked; the first: AccessDenied")
    assert sum(after[name] == before[name] for name in before) == 1
    assert after.keys() == before.keys()


@pytest.mark.parametrize(("operation", "attempts"), [(GENERATE, 10), (GET, 1)])
def test_denied_to_all_is_a_gap_the_rows_stay_stale_and_it_is_not_asked_for_ever(
    sandbox: Connection, platform: Running, finish: Finish, operation: str, attempts: int
) -> None:
    before = rows(sandbox)
    with failing(platform, {"kind": "deny", "operation": operation}):
        run(sandbox, finish)
        assert sum(fault["kind"] == "deny" for fault in platform.faults()) == 2 * attempts
    assert (gap(sandbox)["code"], outcome(sandbox)) == ("denied", "stale")
    assert gap(sandbox)["stale_since"], "with the date of the last value"
    assert rows(sandbox) == before
    assert sandbox.accounts.get(account_id=AMARA).status == "connected"


def test_a_share_of_calls_that_is_used_up_leaves_what_was_read(
    sandbox: Connection, platform: Running, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = moments(sandbox)
    monkeypatch.setattr(settings, "MAX_CALLS_PER_ACCOUNT", 30)
    run(sandbox, finish)
    found, after = gap(sandbox), moments(sandbox)
    assert found["code"] == "too_many_calls"
    assert after.keys() == before.keys()
    assert 0 < sum(after[name] != before[name] for name in after) < 12


@pytest.mark.parametrize(
    "told",
    [
        ("job fails", "report_failed", "ServiceFailure: The report could not be made."),
        ("job hangs", "report_late", "the report was not ready after"),
    ],
    ids=["fails", "hangs"],
)
def test_a_report_that_aws_does_not_make_is_a_gap_and_the_others_come(
    sandbox: Connection,
    platform: Running,
    finish: Finish,
    monkeypatch: pytest.MonkeyPatch,
    told: tuple[str, str, str],
) -> None:
    tag, code, words = told
    monkeypatch.setattr(f"{JOBS}.JOB_SECONDS", 0.3)
    iam = platform.inside("iam", MANAGER, AMARA)
    iam.tag_role(RoleName="Administrator", Tags=[{"Key": "simulator", "Value": tag}])
    before = rows(sandbox)
    try:
        run(sandbox, finish)
    finally:
        iam.untag_role(RoleName="Administrator", TagKeys=["simulator"])
    found, after = gap(sandbox), rows(sandbox)
    assert found["code"] == code
    assert found["message"].startswith(f"1 of 12 identities were not asked; the first: {words}")
    unchanged = {name for name in after if after[name]["asked_at"] == before[name]["asked_at"]}
    assert unchanged == {"role/Administrator"}


def test_an_account_that_denies_everything_is_denied_though_some_parts_are_young(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    run(sandbox, finish)
    with failing(platform, {"kind": "deny", "account": AMARA, "services": ["iam"]}):
        run(sandbox, finish)
    row = sandbox.accounts.get(account_id=AMARA)
    assert (row.status, row.failure) == ("denied", "member_denied")
    assert outcome(sandbox) == "carried", "its rows are of this day"
    assert outcome(sandbox, part="authorization_details") == "stale"


WORKER = """
import sys
import django

django.setup()
from django.db import connections

connections["default"].settings_dict["NAME"] = sys.argv[1]
from cloud_entitlements.server.connections import handlers
from cloud_entitlements.work.models import Run
from cloud_entitlements.work.runner import Runner

run = Run.objects.get(id=sys.argv[2])
Runner(handlers.HANDLERS, threads=1).run_until_ended(run, lambda _run: None, every_seconds=0.05)
"""


def test_a_run_that_is_killed_while_it_asks_is_finished_by_another(
    sandbox: Connection, platform: Running, finish: Finish
) -> None:
    before, since = rows(sandbox), last_call(platform)
    started = commands.reprocess(sandbox)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cloud_entitlements.server.settings"}
    name = str(database.settings_dict["NAME"])
    worker = subprocess.Popen([sys.executable, "-c", WORKER, name, str(started.id)], env=environment)
    until = time.monotonic() + 60
    while not any(call["operation"] == GET for call in platform.calls(since)):
        assert time.monotonic() < until, "it never came so far"
        assert worker.poll() is None
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    dead = WorkItem.objects.filter(run=started, state="leased").update(lease_until=timezone.now())
    assert dead == 1
    assert finish(started).state == "done"
    after = {account: rows(sandbox, account) for account in (AMARA, JONAS)}
    assert (len(after[AMARA]), len(after[JONAS])) == (12, 14)
    assert all(after[AMARA][name]["asked_at"] > before[name]["asked_at"] for name in before)
    assert list(snapshot(sandbox).rows("gaps")) == []
    for name, row in before.items():
        assert {**row, "asked_at": ""} == {**after[AMARA][name], "asked_at": ""}
