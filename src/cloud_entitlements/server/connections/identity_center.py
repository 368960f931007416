"""Identity Center's item: in by the management role and read beside the accounts; what can't be read is a gap.

It is no account, and counts as none. How its last reading went stands on the connection, and is shown like an account's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from cloud_entitlements.aws.collecting import Scope
from cloud_entitlements.aws.collectors.identity_center import COLLECTOR
from cloud_entitlements.aws.failures import causes_of
from cloud_entitlements.aws.narrowing import why_refused
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.inventory import Gap, Snapshot
from cloud_entitlements.server.connections.knowledge import facts_of
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.records import when
from cloud_entitlements.server.connections.staged import carried, last_collected, stage, staged_or_last
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work.runner import Job

NAME = "Identity Center"
OWNER = "organization"
TELL_SECONDS = 1.0
WORDS = {
    "read": "Read",
    "absent": "Not in use",
    "partial": "Read in part",
    "denied": "Denied",
    "failed": "Could not be read",
}
"""Each `status` that it can have, as people read it."""
TROUBLE = ("denied", "failed")
"""In which the next try may go better."""
_DENIED = frozenset(
    {"denied", "not_allowed", "denied_by_scp", "denied_by_rcp", "assume_refused", "platform_denied_by_scp"}
)


def collect_identity_center(task: Task) -> dict[str, Any]:
    last = last_collected(task.connection).get((OWNER, COLLECTOR.name))
    gap = None if carried(task, OWNER, COLLECTOR, last) else _collect(task, last)
    note(task, gap)
    return {"calls": task.recorder.as_result()}


def _collect(task: Task, last: datetime | None) -> Gap | None:
    session, gap = _enter(task)
    if session is None:
        return gap
    scope = Scope(
        task.role.account_id,
        task.role.partition,
        identity_center_region=_region(task.connection),
        tell=_teller(task.job),
    )
    return stage(task, COLLECTOR, session, scope, last)


def _enter(task: Task) -> tuple[AwsSession | None, Gap | None]:
    """The role was proven by the survey; it can be refused all the same."""
    try:
        return task.sessions.assume(task.role_to_assume()), None
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every error of AWS's is explained
        failure = why_refused(error, task.sessions, task.evidence)
    gap = Gap(failure.call, failure.code, failure.message)
    task.staging.gap(OWNER, COLLECTOR.name, gap, timezone.now())
    return None, gap


def _region(connection: Connection) -> str:
    """Where it was when it was read last."""
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    row: Mapping[str, Any] = next(snapshot.rows("identity_center"), {}) if snapshot else {}
    return row.get("region") or ""


def _teller(job: Job, now: Callable[[], float] = time.monotonic) -> Callable[[int, int, str], None]:
    """Ten requests a second are made: people are told once a second, and when something else is read."""
    told_at, told = float("-inf"), ("", 0)

    def tell(done: int, total: int, text: str) -> None:
        nonlocal told_at, told
        if (text, total) != told or now() - told_at >= TELL_SECONDS:
            told_at, told = now(), (text, total)
            job.report(done, total, text)

    return tell


def give_up(task: Task, error: str) -> None:
    """Its item failed again and again: what is lacking is a gap like any other."""
    gap = Gap("", "unfinished", error)
    if task.staging.part(OWNER, COLLECTOR.name) is None:
        task.staging.gap(OWNER, COLLECTOR.name, gap, timezone.now())
    note(task, gap)


def note(task: Task, gap: Gap | None) -> None:
    """Writes how it went; what was read before keeps its date."""
    found = _state(task, gap)
    Connection.objects.filter(id=task.connection.id).update(identity_center=found)


def _state(task: Task, gap: Gap | None) -> dict[str, Any]:
    part = task.staging.part(OWNER, COLLECTOR.name)
    collected = part is not None and part.outcome == "collected"
    last = last_collected(task.connection).get((OWNER, COLLECTOR.name))
    read_at = datetime.fromisoformat(part.at) if part and collected else last
    if gap is None:
        there = any(staged_or_last(task, COLLECTOR, "identity_center"))
        return _record("read" if there else "absent", when(read_at))
    causes = [asdict(cause) for cause in causes_of(gap.code, **facts_of(task.connection))]
    status = "partial" if collected else "denied" if gap.code in _DENIED else "failed"
    return _record(status, when(read_at), gap.message, gap.code, causes)


def _record(
    status: str,
    read_at: str | None,
    detail: str = "",
    failure: str | None = None,
    causes: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """As API and terminal give it."""
    return {
        "status": status,
        "failure": failure,
        "detail": detail,
        "causes": causes or [],
        "read_at": read_at,
    }
