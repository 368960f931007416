"""The embedded runner: threads that claim items and hand them to the functions given for their kinds.

One thread looks for work, renews the leases of what is being done and, while this runner holds the schedule,
calls `tick`, which starts the runs that are due. Several runners, in one process or many, share one ledger.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections, connections

from cloud_entitlements.work import ledger
from cloud_entitlements.work.models import Run, WorkItem

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
BEAT_SECONDS = 5
SCHEDULE = "schedule"
SCHEDULE_SECONDS = 30
RETRY_SECONDS = 5


class Postpone(Exception):
    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


class Released(Exception):
    """Raised by a handler that must stop now and lose nothing."""


class GivenUp(Exception):
    """Raised by a handler when another attempt would end the same way."""


@dataclass(frozen=True, slots=True)
class Job:
    item: WorkItem
    _stop: threading.Event = field(default_factory=threading.Event)
    """The runner's own."""
    _lost: threading.Event = field(default_factory=threading.Event)

    def report(self, done: int, total: int, text: str = "") -> None:
        ledger.report(self.item, done, total, text)

    def over(self) -> bool:
        """True when this is to end now, and to lose nothing: the runner stops, or the item is no longer its own."""
        return self._stop.is_set() or self._lost.is_set()


Handler = Callable[[Job], Mapping[str, Any] | None]


class Runner:
    """Empties the ledger until it is told to stop."""

    def __init__(
        self, handlers: Mapping[str, Handler], *, tick: Callable[[], object] | None = None, threads: int = 8
    ) -> None:
        self._handlers = dict(handlers)
        self._tick = tick
        self._threads = threads
        self._name = f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._woken = 0
        self._jobs: dict[str, Job] = {}
        self._jobs_lock = threading.Lock()
        self._started: list[threading.Thread] = []

    def start(self) -> None:
        loops = [self._beat_until_stopped, *[self._work_until_stopped] * self._threads]
        self._started = [
            threading.Thread(target=loop, name=f"work-{number}", daemon=True)
            for number, loop in enumerate(loops)
        ]
        for thread in self._started:
            thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Each job is told; what has not ended within `seconds` in all is given back, for whoever works next."""
        until = time.monotonic() + seconds
        self._stop.set()
        self.wake()
        for thread in self._started:
            thread.join(max(0.0, until - time.monotonic()))
        try:
            with self._jobs_lock:
                left = list(self._jobs.values())
            for job in left:
                ledger.release(job.item)
            if self._tick is not None:
                ledger.drop_lease(SCHEDULE, self._name)
        except Exception:  # the database is away: the leases run out by themselves
            log.exception("could not give back what was under way")

    def wake(self) -> None:
        """Work was added in this process: don't wait for the next look."""
        with self._wake:
            self._woken += 1
            self._wake.notify_all()

    def run_forever(self, stop: threading.Event) -> None:
        self.start()
        stop.wait()
        self.stop()

    def run_until_ended(self, run: Run, watch: Callable[[Run], None], every_seconds: float = 0.5) -> Run:
        """For a terminal: works along until `run` has ended or is held; `watch` is called meanwhile."""
        self.start()
        try:
            while run.state in (Run.State.QUEUED, Run.State.RUNNING):
                watch(run)
                self._stop.wait(every_seconds)
                run.refresh_from_db()
            watch(run)
        finally:
            self.stop()
        return run

    def _work_until_stopped(self) -> None:
        try:
            while not self._stop.is_set():
                woken = self._woken
                if not self._do_one():
                    self._wait_for_more_than(woken)
        finally:
            connections.close_all()

    def _wait_for_more_than(self, woken: int) -> None:
        """Whoever was woken while it looked looks again at once."""
        with self._wake:
            self._wake.wait_for(lambda: self._woken != woken or self._stop.is_set(), BEAT_SECONDS)

    def _do_one(self) -> bool:
        close_old_connections()
        try:
            item = ledger.claim(self._name, list(self._handlers))
        except Exception:  # the database is away: say so, and look again
            log.exception("could not look for work")
            return False
        if item is None:
            return False
        job = Job(item, self._stop)
        with self._jobs_lock:
            self._jobs[str(item.id)] = job
        try:
            self._do(job)
        finally:
            with self._jobs_lock:
                self._jobs.pop(str(item.id), None)
        self.wake()
        return True

    def _do(self, job: Job) -> None:
        item = job.item
        try:
            ledger.finish(item, self._handlers[item.kind](job))
        except Postpone as later:
            ledger.postpone(item, later.seconds, str(later))
        except Released:
            ledger.release(item)
        except GivenUp as why:
            ledger.fail(item, str(why))
        except Exception as error:
            log.exception("%s %s failed, attempt %s", item.kind, item.key, item.attempt)
            first_line = str(error).strip().partition("\n")[0][:500]
            seconds = RETRY_SECONDS * item.attempt
            ledger.try_again(item, f"{type(error).__name__}: {first_line}", seconds)

    def _beat_until_stopped(self) -> None:
        try:
            next_beat = 0.0
            while not self._stop.is_set():
                if time.monotonic() >= next_beat:
                    self._beat()
                    next_beat = time.monotonic() + BEAT_SECONDS
                self._look()
                self._stop.wait(min(IDLE_SECONDS, BEAT_SECONDS))
        finally:
            connections.close_all()

    def _look(self) -> None:
        """One thread looks for work of other processes, and wakes the others."""
        try:
            if ledger.may_be_claimable():
                self.wake()
        except Exception:
            log.exception("could not look for work")

    def _beat(self) -> None:
        close_old_connections()
        try:
            with self._jobs_lock:
                jobs = list(self._jobs.values())
            for job in jobs:
                if not ledger.renew(job.item):
                    job._lost.set()  # noqa: SLF001  the runner and its job are one
            if self._tick is not None and ledger.take_lease(SCHEDULE, self._name, SCHEDULE_SECONDS):
                ledger.fail_exhausted()
                if self._tick():
                    self.wake()
        except Exception:
            log.exception("could not renew leases")
