"""Somebody ends the program, or switches a connection off, while a collector waits for AWS: it ends, and loses nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings

from cloud_entitlements.aws.collectors.pace import Pace
from cloud_entitlements.inventory import Snapshot, Staging
from cloud_entitlements.server.connections import commands, handlers
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import Run, WorkItem
from cloud_entitlements.work.runner import Runner

from .trouble import Deploy, Finish, ago

# On SQLite alone: how the ledger takes an item back is `tests/work`'s, on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("impatient")]
AN_HOUR = 3600
AMARA, JONAS, MANAGER = "210000000061", "210000000062", "210000000001"
JOBS = "cloud_entitlements.aws.collectors.last_accessed_jobs"
Patch = pytest.MonkeyPatch


@pytest.fixture
def sandbox(platform: Running, deploy: Deploy, finish: Finish) -> Connection:
    """Two accounts, read three days ago: everything is due."""
    draft = commands.add("organization", "Sandbox", ["ou-lark-40000000"])
    arn = deploy(draft)
    with ago(days=3):
        assert finish(commands.connect(draft, arn)).state == "done"
    return commands.find(str(draft.id))


@contextmanager
def reports(patch: Patch, _platform: Running) -> Iterator[None]:
    """A report that is not ready when it is asked for first is asked for in an hour."""
    patch.setattr(f"{JOBS}.SLOWER", AN_HOUR * 1000)
    patch.setattr(f"{JOBS}.LONGEST_PAUSE_SECONDS", AN_HOUR)
    yield


@contextmanager
def throttled(patch: Patch, platform: Running) -> Iterator[None]:
    """Botocore tries again in an hour."""
    patch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: AN_HOUR)
    platform.fail({"kind": "throttle", "operation": "GetAccountPasswordPolicy"})
    try:
        yield
    finally:
        platform.fail()


@contextmanager
def paced(patch: Patch, _platform: Running) -> Iterator[None]:
    """Identity Center is asked for five things, and for the next in an hour."""
    pace = Pace(burst=5, per_second=1 / AN_HOUR)
    patch.setattr("cloud_entitlements.aws.collectors.identity_center.IDENTITY_CENTER", pace)
    yield


WAITS: dict[str, tuple[Any, str, set[str]]] = {
    "for a report of last access": (reports, "GetServiceLastAccessedDetails", {AMARA, JONAS}),
    "for throttling to be over": (throttled, "GetAccountPasswordPolicy", {AMARA, JONAS}),
    "so as to be gentle": (paced, "DescribePermissionSet", {MANAGER}),
}
"""What makes it wait; the call after which it does, and by whom."""


def end(runner: Runner, _connection: Connection) -> None:
    runner.stop(seconds=30)


def switch_off(runner: Runner, connection: Connection) -> None:
    commands.switch(connection, enabled=False)
    until(lambda: not WorkItem.objects.filter(state="leased").exists())
    runner.stop(seconds=30)


def until(true: Callable[[], bool]) -> None:
    given_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < given_up
        time.sleep(0.05)


def asked(platform: Running, since: int, operation: str) -> set[str]:
    """By whom; those too that a fault kept from being answered."""
    every = [*platform.calls(since), *platform.faults()]
    return {call["account"] for call in every if call["operation"] == operation}


@pytest.mark.parametrize("how", [end, switch_off], ids=["ended", "switched off"])
@pytest.mark.parametrize("what", WAITS)
def test_a_collector_that_waits_ends_at_once_and_what_was_read_is_not_read_again(
    sandbox: Connection,
    platform: Running,
    finish: Finish,
    what: str,
    how: Callable[[Runner, Connection], None],
) -> None:
    waits, operation, accounts = WAITS[what]
    since = platform.calls()[-1]["n"]
    run = commands.reprocess(sandbox)
    runner = Runner(handlers.HANDLERS, threads=4)
    with Patch.context() as patch, waits(patch, platform):
        runner.start()
        until(lambda: asked(platform, since, operation) == accounts)
        time.sleep(0.2)
        how(runner, sandbox)
        assert not any(thread.is_alive() for thread in runner._started), "an hour was not waited for"
        quiet = platform.calls()[-1]["n"]
    kept = Staging(settings.STAGING_DIR / str(sandbox.id) / str(run.id))
    given_back = WorkItem.objects.filter(run=run).exclude(state="done")
    assert set(given_back.values_list("state", "attempt", "error")) == {("ready", 0, "")}
    for account in (AMARA, JONAS):
        part = kept.part(account, "authorization_details")
        assert part is not None
        assert part.outcome == "collected"

    commands.switch(sandbox, enabled=True)
    run = Run.objects.get(id=run.id)
    assert finish(run).state == "done"
    assert asked(platform, quiet, operation) >= accounts
    assert asked(platform, quiet, "GetAccountAuthorizationDetails") == set()
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(sandbox.id))
    assert snapshot is not None
    assert list(snapshot.rows("gaps")) == []
