from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from cloud_entitlements.work import ledger
from cloud_entitlements.work.ledger import ItemSpec
from cloud_entitlements.work.models import Run, WorkItem
from cloud_entitlements.work.runner import GivenUp, Job, Postpone, Released, Runner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def start(subject: str = "s", *specs: ItemSpec) -> Run:
    return ledger.start_run(subject, "collect", specs or [ItemSpec("do")], trigger="person")


def claim(owner: str = "me") -> WorkItem:
    item = ledger.claim(owner, ["do", "then"])
    assert item is not None
    return item


def in_threads(count: int, work: Any) -> list[Any]:
    """Runs `work(number)` in threads at once, each with a database connection of its own."""
    results: list[Any] = [None] * count
    together = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            together.wait()
            results[number] = work(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_items_are_claimed_once_each_by_many_at_once() -> None:
    start("s", *[ItemSpec("do", str(number)) for number in range(60)])

    def drain(number: int) -> list[str]:
        taken = []
        while item := ledger.claim(f"worker-{number}", ["do"]):
            taken.append(item.key)
            ledger.finish(item)
        return taken

    taken = [key for keys in in_threads(6, drain) for key in keys]
    assert Counter(taken) == Counter(str(number) for number in range(60))
    assert Run.objects.get().state == "done"


def test_a_later_stage_waits_for_the_earlier_one() -> None:
    start("s", ItemSpec("do", "a"), ItemSpec("do", "b"), ItemSpec("then", stage=1))
    first, second = claim(), claim()
    assert ledger.claim("me", ["then"]) is None
    ledger.finish(first)
    assert ledger.claim("me", ["then"]) is None
    ledger.fail(second, "no")
    assert claim().kind == "then"


def test_two_runs_of_a_subject_never_overlap_and_one_more_waits() -> None:
    first = start()
    second, third = start(), start()
    assert (first.state, second.state) == ("running", "queued")
    assert third == second
    ledger.finish(claim())
    second.refresh_from_db()
    assert second.state == "running"
    assert claim().run == second


def test_a_hundred_races_start_one_run() -> None:
    for number in range(25):
        subject = f"s{number}"
        in_threads(4, lambda _number, subject=subject: start(subject))
        states = Counter(Run.objects.filter(subject=subject).values_list("state", flat=True))
        assert states == {"running": 1, "queued": 1}


def test_a_held_run_is_not_worked_on_and_nothing_is_lost() -> None:
    start()
    item = claim()
    ledger.hold("s")
    ledger.release(item)
    assert ledger.claim("me", ["do"]) is None
    ledger.unhold("s")
    assert claim().attempt == 1


def test_a_lost_lease_is_taken_over_and_the_late_finish_refused() -> None:
    start()
    dead = claim("dead")
    WorkItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    heir = claim("heir")
    assert (heir.id, heir.attempt) == (dead.id, 2)
    assert not ledger.finish(dead)
    assert not ledger.renew(dead)
    assert ledger.finish(heir)


def test_an_item_whose_workers_always_die_fails() -> None:
    start()
    for _ in range(ledger.MAX_ATTEMPTS):
        claim("dying")
        WorkItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert ledger.claim("me", ["do"]) is None
    assert ledger.fail_exhausted() == 1
    assert Run.objects.get().state == "done"


def test_an_essential_failure_ends_its_run() -> None:
    run = start("s", ItemSpec("do", essential=True), ItemSpec("then", stage=1))
    ledger.fail(claim(), "because")
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "because")
    assert ledger.claim("me", ["then"]) is None


def test_one_runner_holds_the_schedule() -> None:
    assert ledger.take_lease("schedule", "a", 30)
    assert not ledger.take_lease("schedule", "b", 30)
    assert ledger.take_lease("schedule", "a", 30)
    ledger.drop_lease("schedule", "a")
    assert ledger.take_lease("schedule", "b", 30)


def test_forgetting_a_subject_takes_its_work_away() -> None:
    start()
    item = claim()
    ledger.forget("s")
    assert not ledger.finish(item)
    assert not WorkItem.objects.exists()


def finish(run: Run, handlers: Any, threads: int = 3) -> Run:
    return Runner(handlers, threads=threads).run_until_ended(run, lambda _run: None, every_seconds=0.02)


def test_a_runner_empties_a_run_and_keeps_results() -> None:
    run = start("s", *[ItemSpec("do", str(n)) for n in range(10)], ItemSpec("then", stage=1))
    done = finish(run, {"do": lambda job: {"key": job.item.key}, "then": lambda _job: None})
    assert done.state == "done"
    assert {item.result["key"] for item in WorkItem.objects.filter(kind="do")} == {str(n) for n in range(10)}


def test_postponed_items_come_back_and_do_not_count() -> None:
    seen: list[int] = []

    def do(job: Job) -> None:
        seen.append(job.item.attempt)
        if len(seen) < 3:
            raise Postpone(0.05, "not yet")

    assert finish(start(), {"do": do}).state == "done"
    assert seen == [1, 1, 1]


def test_unexpected_errors_are_tried_again_and_given_up_ones_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_entitlements.work.runner.RETRY_SECONDS", 0.01)
    attempts: list[int] = []

    def broken(job: Job) -> None:
        attempts.append(job.item.attempt)
        raise ValueError("a secret is not in here")

    def given_up(_job: Job) -> None:
        raise GivenUp("it would end the same way")

    finish(start("a"), {"do": broken})
    assert attempts == [1, 2, 3, 4, 5]
    assert WorkItem.objects.get(run__subject="a").error == "ValueError: a secret is not in here"
    finish(start("b"), {"do": given_up})
    assert WorkItem.objects.get(run__subject="b").attempt == 1


def test_a_released_item_stays_for_later() -> None:
    def do(_job: Job) -> None:
        ledger.hold("s")
        raise Released

    assert finish(start(), {"do": do}).state == "held"
    assert WorkItem.objects.get().state == "ready"


def test_the_tick_is_called_by_one_runner_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_entitlements.work.runner.BEAT_SECONDS", 0.05)
    calls: Counter[str] = Counter()

    def tick(name: str) -> Any:
        def note() -> int:
            calls[name] += 1
            return 0

        return note

    first, second = (Runner({}, tick=tick(name), threads=1) for name in ("first", "second"))
    first.start()
    while not calls["first"]:
        time.sleep(0.01)
    second.start()
    time.sleep(0.4)
    second.stop()
    first.stop()
    assert calls["first"] > 2
    assert calls["second"] == 0


WORKER = """
import os, sys, time
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from cloud_entitlements.work.runner import Runner
def do(job):
    print("began", flush=True)
    time.sleep(60)
Runner({"do": do}, threads=1).run_forever(__import__("threading").Event())
"""


def test_what_a_killed_worker_had_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_entitlements.work.ledger.LEASE_SECONDS", 1)
    run = start()
    name = str(connection.settings_dict["NAME"])
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cloud_entitlements.server.settings"}
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, name], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "began\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    WorkItem.objects.update(lease_until=timezone.now() + timedelta(seconds=1))  # 30 s of waiting, cut short
    taken = finish(run, {"do": lambda job: {"attempt": job.item.attempt}})
    assert taken.state == "done"
    assert WorkItem.objects.get().result == {"attempt": 2}


def test_a_runner_that_stops_tells_its_jobs_and_what_they_give_back_does_not_count() -> None:
    began = threading.Event()

    def do(job: Job) -> None:
        began.set()
        while not job.over():
            time.sleep(0.01)
        raise Released

    start()
    runner = Runner({"do": do}, threads=1)
    runner.start()
    assert began.wait(10)
    runner.stop()
    item = WorkItem.objects.get()
    assert (item.state, item.attempt, item.lease_owner) == ("ready", 0, "")
    assert claim().attempt == 1


def test_what_does_not_end_in_time_is_given_back_and_its_late_end_refused() -> None:
    """Sixteen at once take no longer than one."""
    run = start("s", *[ItemSpec("do", str(number)) for number in range(16)])
    began, ended = threading.Barrier(17), threading.Event()

    def do(_job: Job) -> None:
        began.wait(10)
        ended.wait(60)

    runner = Runner({"do": do}, threads=16)
    runner.start()
    began.wait(10)
    runner.stop(seconds=0.2)
    assert set(WorkItem.objects.values_list("state", "attempt")) == {("ready", 0)}
    ended.set()
    for thread in runner._started:
        thread.join(10)
    assert set(WorkItem.objects.values_list("state", "attempt")) == {("ready", 0)}
    assert finish(run, {"do": lambda _job: None}).state == "done"


def test_work_that_is_added_while_a_worker_looks_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call that wakes it comes between its look, which found nothing, and its sleep."""
    runner = Runner({"do": lambda _job: None}, threads=1)
    looked = runner._do_one
    found: list[bool] = []

    def look() -> bool:
        found.append(looked())
        if len(found) == 1:
            start()
            runner.wake()
        return found[-1]

    monkeypatch.setattr("cloud_entitlements.work.runner.BEAT_SECONDS", 60)
    monkeypatch.setattr(runner, "_do_one", look)
    monkeypatch.setattr(runner, "_look", lambda: None)
    runner.start()
    for _ in range(500):
        if Run.objects.filter(state="done").exists():
            break
        time.sleep(0.01)
    runner.stop()
    assert found[:2] == [False, True]
