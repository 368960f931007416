"""A hundred accounts, and half of all that is asked goes wrong: the run ends, and its gap report is what the log says."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from cloud_entitlements.aws.sessions import SESSION_NAME
from cloud_entitlements.inventory import TABLES, Snapshot
from cloud_entitlements.inventory.tables import BOOKKEEPING
from cloud_entitlements.server.connections import commands, handlers
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import Run
from cloud_entitlements.work.runner import Runner

from .fault_log import Asked, Read, read
from .trouble import Deploy, ago

# Not on PostgreSQL as well: it takes over a minute, and what goes wrong is AWS's side; `test_running.py` goes through
# it fault by fault on both.
pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNTS, THREADS = 100, 16
MANAGER = "400000000000"
KEYED = {f"4{number:011}" for number in range(5, ACCOUNTS, 10)}
"""Accounts with a security key: AWS lists it to those alone who ask user by user."""
PLAN: list[dict[str, Any]] = [
    {"kind": "throttle", "share": 0.5},
    {"kind": "deny", "share": 0.05},
    {"kind": "timeout", "share": 0.02, "seconds": 4},
    {"kind": "cut", "share": 0.01},
]
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(f"generated:{ACCOUNTS}x2") as running:
        for account in KEYED:
            iam = running.inside("iam", MANAGER, account)
            iam.create_user(UserName="keyed")
            key = f"arn:aws:iam::{account}:u2f/user/keyed/key"
            iam.enable_mfa_device(
                UserName="keyed", SerialNumber=key, AuthenticationCode1="123456", AuthenticationCode2="654321"
            )
        yield running


@pytest.fixture
def impatient(hasty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is waited for three seconds and not sixty; how often it is asked for stays."""
    from cloud_entitlements.aws import sessions

    original = sessions.Patience.__init__

    def init(self: Any, attempts: int = 10, connect_seconds: float = 5, read_seconds: float = 3) -> None:
        original(self, attempts, connect_seconds, read_seconds)

    monkeypatch.setattr(sessions.Patience, "__init__", init)
    monkeypatch.setattr("cloud_entitlements.aws.collectors.authorization_details.PAGE", 3)


@pytest.fixture
def generated(impatient: None, platform: Running, deploy: Deploy) -> Connection:
    """Connected and read two days ago, without a fault: each part has a last value, and is due again."""
    draft = commands.add("organization", "Generated", [platform.organization()["root_id"]])
    with ago(days=2):
        work(commands.connect(draft, deploy(draft)))
    found = commands.find(str(draft.id))
    assert (found.coverage_connected, found.coverage_total) == (ACCOUNTS + 1, ACCOUNTS + 1)
    return found


def work(run: Run) -> None:
    ended = Runner(handlers.HANDLERS, threads=THREADS).run_until_ended(
        run, lambda _run: None, every_seconds=0.05
    )
    assert (ended.state, ended.error) == ("done", "")


def pages_of(platform: Running) -> dict[str, int]:
    """How often each account was asked for its identities when nothing went wrong; with keys, once for `mfa_devices`."""
    calls = [call for call in platform.calls() if call["role_session"] == SESSION_NAME]
    counted = Counter(
        call["account"] for call in calls if call["operation"] == "GetAccountAuthorizationDetails"
    )
    return {account: count - (account in KEYED) for account, count in counted.items()}


def people(connection: Connection) -> Counter[str]:
    """Users, roles and groups of each account."""
    found = rows(connection)
    return Counter(row["account_id"] for table in ("users", "roles", "groups") for row in found[table])


def access_keys(connection: Connection) -> dict[str, list[int]]:
    """Of each account, how many keys each user has who has one."""
    counted = Counter((row["account_id"], row["user_arn"]) for row in rows(connection)["access_keys"])
    return {account: [n for (owner, _), n in counted.items() if owner == account] for account, _ in counted}


def rows(connection: Connection) -> Rows:
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert snapshot is not None
    return {table: list(snapshot.rows(table)) for table in TABLES}


def test_the_gap_report_is_exactly_what_was_injected(generated: Connection, platform: Running) -> None:
    """Twice, one after the other: as every quarter of an hour, and as once a day, with a cap that some accounts reach."""
    base = Asked(
        MANAGER, pages_of(platform), KEYED, access_keys(generated), people(generated), proof=False, cap=None
    )
    with ago(days=1):
        hourly = suffer(generated, platform, 70, base)
    assert hourly.gaps["organization", "organization"] == "denied"
    assert hourly.denied > 50
    assert hourly.exhausted > 2

    long_ago = timezone.now() - dt.timedelta(days=2)
    Connection.objects.update(proven_at=long_ago)
    generated.accounts.update(proven_at=long_ago)
    with override_settings(MAX_CALLS_PER_ACCOUNT=30):
        daily = suffer(generated, platform, 196, replace(base, proof=True, cap=30))
    assert daily.gaps["organization", "root_access"] == "assume_refused"
    assert {"member_refused", "member_not_proven", "throttled", "too_many_calls"} < set(daily.gaps.values())
    assert daily.states[MANAGER] == ("refused", "assume_refused")
    assert daily.capped > 2


def suffer(connection: Connection, platform: Running, seed: int, asked: Asked) -> Read:
    before = rows(connection)
    platform.fail(*PLAN, seed=seed)
    work(commands.reprocess(connection))
    log = platform.faults()
    platform.fail()
    expected, after = read(log, asked), rows(connection)
    gaps_are(after, expected)
    states_are(connection, expected)
    nothing_is_lost(before, after, expected.partial)
    return expected


def gaps_are(after: Rows, expected: Read) -> None:
    found = {(gap["account_id"], gap["of_collector"]): gap["code"] for gap in after["gaps"]}
    assert found == expected.gaps
    assert len(found) == len(after["gaps"])


def states_are(connection: Connection, expected: Read) -> None:
    rows = list(connection.accounts.all())
    assert {row.account_id: (row.status, row.failure) for row in rows} == expected.states
    gaps = {account: sum(owner == account for owner, _ in expected.gaps) for account in expected.states}
    assert {row.account_id: row.gap_count for row in rows} == gaps
    found = commands.find(str(connection.id))
    read = sum(state == "connected" for state, _ in expected.states.values())
    assert (found.coverage_connected, found.coverage_total) == (read, ACCOUNTS + 1)


def nothing_is_lost(before: Rows, after: Rows, partial: set[tuple[str, str]]) -> None:
    """A gap has its last value with its date, or what could be read beside it; all else was read anew."""
    dates = {(row["account_id"], row["of_collector"]): row["collected_at"] for row in before["collections"]}
    gaps = {(gap["account_id"], gap["of_collector"]): gap["stale_since"] for gap in after["gaps"]}
    assert gaps == {whose: None if whose in partial else dates[whose] for whose in gaps}
    for row in after["collections"]:
        whose = (row["account_id"], row["of_collector"])
        stale = whose in gaps and whose not in partial
        assert row["outcome"] == ("stale" if stale else "partial" if whose in partial else "collected")
        assert (row["collected_at"] == dates[whose]) is stale
    for table in TABLES.keys() - BOOKKEEPING:
        assert facts(before[table]) == facts(after[table]), table
    kept = [
        [one for one in of["users"] if (one["account_id"], one["collector"]) in gaps]
        for of in (before, after)
    ]
    assert kept[0] == kept[1] != []


def facts(found: list[dict[str, Any]]) -> list[str]:
    """AWS makes the credential report anew, and notes when a role or a key was used last."""
    moving = ("generated_at", "last_used_at", "last_used_region", "last_used_service", "asked_at")
    return sorted(str({name: value for name, value in row.items() if name not in moving}) for row in found)
