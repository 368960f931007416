"""Which snapshots wait to be judged, and the runs of the ledger that do it: one at a time for each connection or import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from cloud_entitlements.server.access.snapshots import choices, readable
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations.analysing import bring_up, forget, is_current
from cloud_entitlements.work import ledger
from cloud_entitlements.work.ledger import ItemSpec
from cloud_entitlements.work.models import Run
from cloud_entitlements.work.runner import Job, Released

ANALYSE = "analyse"
_SUBJECT = "analysis:"


def subject_of(connection_id: str) -> str:
    """Of its own: judging waits for no collection, and no collection for it."""
    return f"{_SUBJECT}{connection_id}"


def request(connection_id: str, trigger: str = "published") -> Run:
    """At once, or behind the one under way, which may have begun with what was before."""
    item = ItemSpec(kind=ANALYSE, essential=True)
    return ledger.start_run(subject_of(connection_id), ANALYSE, [item], trigger=trigger)


def ask(connection_id: str) -> Run:
    """The run that is under way, else a new one: for whoever waits for rows that are of the latest snapshot."""
    return ledger.active_run(subject_of(connection_id)) or request(connection_id, trigger="asked")


def waiting() -> list[str]:
    """Connections and imports whose rows are not of their latest snapshot, or not of the settings as they are.

    One whose latest snapshot is damaged does not wait: there is nothing to judge, and pages say so.
    """
    found = (readable(one.connection_id) for one in choices())
    return [one.manifest.connection_id for one in found if one is not None and not is_current(one)]


def start_due() -> int:
    """For what nobody asked: imports by a terminal, a newer program. Returns how many were started."""
    forget_gone()
    idle = [one for one in waiting() if ledger.active_run(subject_of(one)) is None and not _failed_for(one)]
    for connection_id in idle:
        request(connection_id, trigger="schedule")
    return len(idle)


def _failed_for(connection_id: str) -> bool:
    """The last run failed, and nothing is newer since: the same would happen again."""
    last = ledger.last_run(subject_of(connection_id))
    snapshot = readable(connection_id)
    return (
        last is not None
        and last.state == Run.State.FAILED
        and snapshot is not None
        and last.created_at.isoformat() > snapshot.manifest.created_at
    )


def forget_gone() -> None:
    """Rows of an import that was removed by a terminal."""
    for connection_id in Analysis.objects.values_list("connection_id", flat=True):
        if not (settings.SNAPSHOTS_DIR / connection_id).is_dir():
            forget(connection_id)
            ledger.forget(subject_of(connection_id))


def handle(job: Job) -> Mapping[str, Any] | None:
    """An item of work. It may be begun again at any point."""
    subject = job.item.run.subject

    def report(done: int, total: int, text: str) -> None:
        if job.over():
            raise Released
        job.report(done, total, text)

    found = bring_up(subject.removeprefix(_SUBJECT), report)
    ledger.prune(subject)
    return {"snapshot": found.snapshot_id, "seconds": round(found.seconds, 2)} if found else None
