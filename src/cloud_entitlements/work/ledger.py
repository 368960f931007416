"""The verbs of the ledger: start, add, claim, renew, finish, postpone, give back, fail, hold, give way, forget.

Each is one transaction. Whoever claimed an item proves it by owner and attempt: a finish by somebody whose
lease ran out, and whose item another has taken over, changes nothing and returns False.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from cloud_entitlements.work.models import UNFINISHED, Lease, Run, WorkItem

MAX_ATTEMPTS = 5
LEASE_SECONDS = 30
OPEN = (WorkItem.State.READY, WorkItem.State.LEASED)
_SPECS = "item_specs"


@dataclass(frozen=True, slots=True)
class ItemSpec:
    kind: str
    key: str = ""
    stage: int = 0
    essential: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    total: int
    done: int
    failed: int
    running: int


def start_run(
    subject: str,
    kind: str,
    items: Sequence[ItemSpec],
    *,
    trigger: str,
    payload: Mapping[str, Any] | None = None,
) -> Run:
    """Starts a run at once, or queues it behind the one under way. One already queued is returned as it is."""
    values = {"subject": subject, "kind": kind, "trigger": trigger, "payload": dict(payload or {})}
    try:
        with transaction.atomic():
            run = Run.objects.create(state=Run.State.RUNNING, started_at=timezone.now(), **values)
            add_items(run, items)
            return run
    except IntegrityError:
        return _queue_run(values, items)


def _queue_run(values: dict[str, Any], items: Sequence[ItemSpec]) -> Run:
    payload = {
        **values["payload"],
        _SPECS: [{**asdict(spec), "payload": dict(spec.payload)} for spec in items],
    }
    try:
        with transaction.atomic():
            queued = Run.objects.create(**{**values, "payload": payload}, state=Run.State.QUEUED)
    except IntegrityError:
        queued = Run.objects.filter(subject=values["subject"], state=Run.State.QUEUED).first() or start_run(
            values["subject"], values["kind"], items, trigger=values["trigger"], payload=values["payload"]
        )
    if active_run(values["subject"], queued=False) is None:  # it ended while we queued
        _start_queued(values["subject"])
        queued.refresh_from_db()
    return queued


def _start_queued(subject: str) -> None:
    queued = Run.objects.filter(subject=subject, state=Run.State.QUEUED).first()
    if queued is None:
        return
    specs = [ItemSpec(**spec) for spec in queued.payload.pop(_SPECS, [])]
    try:
        with transaction.atomic():
            started = Run.objects.filter(id=queued.id, state=Run.State.QUEUED).update(
                state=Run.State.RUNNING, started_at=timezone.now(), payload=queued.payload
            )
            if started:
                add_items(queued, specs)
    except IntegrityError:
        return  # another run got under way first; this one keeps waiting behind it


def add_items(run: Run, specs: Iterable[ItemSpec]) -> None:
    """Adding an item that is there already (same kind and key) changes nothing."""
    WorkItem.objects.bulk_create(
        (
            WorkItem(
                run=run,
                kind=spec.kind,
                key=spec.key,
                stage=spec.stage,
                essential=spec.essential,
                payload=dict(spec.payload),
            )
            for spec in specs
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


_CLAIM = """
UPDATE work_workitem
   SET state = 'leased', attempt = attempt + 1, lease_owner = %s, lease_until = %s,
       started_at = COALESCE(started_at, %s)
 WHERE id = (
    SELECT item.id FROM work_workitem item JOIN work_run run ON run.id = item.run_id
     WHERE run.state = 'running' AND item.kind IN ({kinds})
       AND (item.state = 'ready'
            OR (item.state = 'leased' AND item.lease_until < %s AND item.attempt < {attempts}))
       AND (item.not_before IS NULL OR item.not_before <= %s)
       AND NOT EXISTS (
            SELECT 1 FROM work_workitem earlier
             WHERE earlier.run_id = item.run_id AND earlier.stage < item.stage
               AND earlier.state IN ('ready', 'leased'))
     ORDER BY item.stage, (
            SELECT COUNT(*) FROM work_workitem busy
             WHERE busy.run_id = item.run_id AND busy.state = 'leased'), item.key
     LIMIT 1 {skip_locked})
RETURNING id
"""


def claim(owner: str, kinds: Sequence[str], lease_seconds: float = LEASE_SECONDS) -> WorkItem | None:
    """Leases the next item to `owner`, or None. Runs with fewer items under way come first."""
    now = timezone.now()
    skip_locked = "FOR UPDATE OF item SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = _CLAIM.format(
        kinds=", ".join(["%s"] * len(kinds)), attempts=MAX_ATTEMPTS, skip_locked=skip_locked
    )
    moment, until = (_adapt(at) for at in (now, now + timedelta(seconds=lease_seconds)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [owner, until, moment, *kinds, moment, moment])
        rows = cursor.fetchall()
    return WorkItem.objects.select_related("run").get(id=rows[0][0]) if rows else None


def may_be_claimable() -> bool:
    """A look without a lock, so that idle workers don't hold up those who write."""
    return WorkItem.objects.filter(run__state=Run.State.RUNNING, state__in=OPEN).exists()


def _adapt(moment: datetime) -> Any:
    """As the database stores it: a raw cursor doesn't convert for SQLite."""
    return connection.ops.adapt_datetimefield_value(moment)


def renew(item: WorkItem, lease_seconds: float = LEASE_SECONDS) -> bool:
    """False: the lease was lost, and with it the item."""
    until = timezone.now() + timedelta(seconds=lease_seconds)
    return bool(_mine(item).filter(run__state__in=UNFINISHED).update(lease_until=until))


def report(item: WorkItem, done: int, total: int, text: str = "") -> None:
    _mine(item).update(progress_done=done, progress_total=total, progress_text=text[:300])


def finish(item: WorkItem, result: Mapping[str, Any] | None = None) -> bool:
    return _end(item, WorkItem.State.DONE, result=dict(result or {}))


def fail(item: WorkItem, error: str) -> bool:
    """Ends the item for good; an essential one takes its run along."""
    return _end(item, WorkItem.State.FAILED, error=error)


def _end(item: WorkItem, state: WorkItem.State, **values: object) -> bool:
    with transaction.atomic():
        # Two last items that end at once must not each see the other as open: the run's row orders them.
        Run.objects.select_for_update().filter(id=item.run_id).first()
        ended = _mine(item).update(state=state, ended_at=timezone.now(), lease_until=None, **values)
        if ended:
            _end_run_if_over(item.run_id)
    if ended:
        _start_queued(item.run.subject)
    return bool(ended)


def _end_run_if_over(run_id: uuid.UUID) -> None:
    items = WorkItem.objects.filter(run_id=run_id)
    broken = items.filter(essential=True, state=WorkItem.State.FAILED).first()
    if broken is not None:
        _end_run(run_id, Run.State.FAILED, broken.error)
    elif not items.filter(state__in=OPEN).exists():
        _end_run(run_id, Run.State.DONE, "")


def _end_run(run_id: uuid.UUID, state: Run.State, error: str) -> None:
    unfinished = Run.objects.filter(id=run_id, state__in=UNFINISHED)
    unfinished.update(state=state, error=error, ended_at=timezone.now())


def postpone(item: WorkItem, seconds: float, why: str = "") -> bool:
    """Given back, to be claimed again in `seconds`; the attempt does not count."""
    not_before = timezone.now() + timedelta(seconds=seconds)
    return _give_back(item, attempt=F("attempt") - 1, not_before=not_before, progress_text=why[:300])


def release(item: WorkItem) -> bool:
    """Given back as if it had never been claimed."""
    return _give_back(item, attempt=F("attempt") - 1)


def try_again(item: WorkItem, error: str, seconds: float) -> bool:
    """After an unexpected error: again in `seconds`, or failed for good when it was the last attempt."""
    if item.attempt >= MAX_ATTEMPTS:
        return fail(item, error)
    return _give_back(item, error=error, not_before=timezone.now() + timedelta(seconds=seconds))


def _give_back(item: WorkItem, **values: object) -> bool:
    return bool(_mine(item).update(state=WorkItem.State.READY, lease_owner="", lease_until=None, **values))


def _mine(item: WorkItem) -> QuerySet[WorkItem]:
    """Fencing: the row, only as long as nobody has claimed it since."""
    return WorkItem.objects.filter(
        id=item.id, state=WorkItem.State.LEASED, lease_owner=item.lease_owner, attempt=item.attempt
    )


def fail_exhausted() -> int:
    """Fails items whose workers died on every attempt, so that their runs can end."""
    late = WorkItem.objects.filter(
        state=WorkItem.State.LEASED, lease_until__lt=timezone.now(), attempt__gte=MAX_ATTEMPTS
    )
    return sum(fail(item, "the worker was lost, again and again") for item in late.select_related("run"))


def hold(subject: str) -> None:
    """No item is claimed until `unhold`; nothing is lost."""
    Run.objects.filter(subject=subject, state=Run.State.RUNNING).update(state=Run.State.HELD)


def unhold(subject: str) -> None:
    Run.objects.filter(subject=subject, state=Run.State.HELD).update(state=Run.State.RUNNING)


def give_way(subject: str, kinds: Collection[str]) -> None:
    """A run of these kinds that is only queued ends; what is asked for next takes its place."""
    queued = Run.objects.filter(subject=subject, kind__in=kinds, state=Run.State.QUEUED)
    queued.update(
        state=Run.State.FAILED, error="it gave way to what was asked for later", ended_at=timezone.now()
    )


def forget(subject: str) -> None:
    Run.objects.filter(subject=subject).delete()


def active_run(subject: str, *, queued: bool = True) -> Run | None:
    """The run under way (held or not), else the one that waits."""
    states = [*UNFINISHED, Run.State.QUEUED] if queued else list(UNFINISHED)
    runs = {run.state: run for run in Run.objects.filter(subject=subject, state__in=states)}
    return runs.get("running") or runs.get("held") or runs.get("queued")


def last_run(subject: str) -> Run | None:
    return Run.objects.filter(subject=subject).order_by("-created_at").first()


def progress(run: Run, kind: str | None = None) -> Progress:
    items = WorkItem.objects.filter(run=run, **({"kind": kind} if kind else {}))
    state = WorkItem.State
    return Progress(
        **items.aggregate(
            total=Count("id"),
            done=Count("id", filter=Q(state=state.DONE)),
            failed=Count("id", filter=Q(state=state.FAILED)),
            running=Count("id", filter=Q(state=state.LEASED, lease_until__gte=timezone.now())),
        )
    )


def under_way(run: Run, kinds: Collection[str], most: int = 20) -> list[WorkItem]:
    """What is being worked on now, with its progress; old progress of a dead worker is left out."""
    leased = WorkItem.objects.filter(run=run, state=WorkItem.State.LEASED, lease_until__gte=timezone.now())
    return list(leased.filter(kind__in=kinds).order_by("key")[:most])


def take_lease(name: str, holder: str, seconds: float) -> bool:
    """True when `holder` alone holds `name` for the next `seconds`."""
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    free = Lease.objects.filter(Q(holder=holder) | Q(until__lt=now), name=name)
    if free.update(holder=holder, until=until):
        return True
    _, made = Lease.objects.get_or_create(name=name, defaults={"holder": holder, "until": until})
    return made


def drop_lease(name: str, holder: str) -> None:
    Lease.objects.filter(name=name, holder=holder).delete()


def prune(subject: str, keep: int = 20) -> None:
    """Forgets old runs with their items."""
    ended = Run.objects.filter(subject=subject, ended_at__isnull=False).order_by("-created_at")
    Run.objects.filter(id__in=list(ended.values_list("id", flat=True)[keep:])).delete()
