"""One collector's part of a run: collected, carried over from the last snapshot, or a gap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from cloud_entitlements.aws.collecting import Collector, PartlyRead, Row, Scope, Unchanged
from cloud_entitlements.aws.collectors import OF_ACCOUNT
from cloud_entitlements.aws.failures import from_error
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.inventory import TABLES, Gap, Snapshot
from cloud_entitlements.inventory.tables import OWN_COLUMNS
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.task import Task


def stage(
    task: Task,
    collector: Collector,
    session: AwsSession,
    scope: Scope,
    last: datetime | None,
    *,
    must: bool = False,
) -> Gap | None:
    """Runs one collector, or carries its last rows over when they are young enough. What fails is a gap.

    With `must` it raises what AWS raised: without a tree from now or from before there is no run.
    """
    owner = "organization" if collector.level == "organization" else scope.account_id
    done = task.staging.part(owner, collector.name)
    if done is not None and done.outcome != "gap":
        return done.gap  # this item was begun before: what is finished is not fetched again
    if carried(task, owner, collector, last):
        return None
    now = timezone.now()
    try:
        task.staging.save(owner, collector.name, _rows(collector, session, _informed(task, scope, now)), now)
    except SwitchedOff:
        raise
    except Unchanged:
        task.staging.carry(owner, collector.name, now)
    except Exception as error:
        failure = from_error(error, collector.operations[0])
        if must or failure.code == "disk":
            raise  # a full disk is no gap of AWS's
        task.staging.gap(owner, collector.name, Gap(failure.call, failure.code, failure.message), now)
    part = task.staging.part(owner, collector.name)
    return part.gap if part else None


def carried(task: Task, owner: str, collector: Collector, last: datetime | None) -> bool:
    """True: what was collected last is young enough, and still counts."""
    now = timezone.now()
    if last is None or now - last >= collector.cadence:
        return False
    task.staging.carry(owner, collector.name, now)
    return True


def _informed(task: Task, scope: Scope, now: datetime) -> Scope:
    """With what is known already of the account."""

    def before(table: str, *columns: str) -> Iterator[dict[str, Any]]:
        snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(task.connection.id))
        if snapshot is not None and not TABLES[table].shared:
            for row in snapshot.rows(table, only=columns, account_id=scope.account_id):
                yield {name: value for name, value in row.items() if name not in OWN_COLUMNS}

    def known(*tables: str) -> Iterator[Row]:
        for collector in OF_ACCOUNT:
            wanted = [table for table in tables if table in collector.tables]
            part = task.staging.part(scope.account_id, collector.name) if wanted else None
            if part is not None and part.outcome == "collected":
                yield from ((table, row) for table, row in part.rows() if table in wanted)
            else:
                yield from ((table, row) for table in wanted for row in before(table))

    return replace(scope, at=now, before=before, known=known)


def _rows(collector: Collector, session: AwsSession, scope: Scope) -> Iterator[Row | Gap]:
    try:
        yield from collector.collect(session, scope)
    except PartlyRead as partly:
        failure = from_error(partly.error, partly.call)
        yield Gap(failure.call, failure.code, failure.message)


def staged_or_last(task: Task, collector: Collector, table: str) -> list[dict[str, Any]]:
    """Rows of an organization's table: those of this run, else those that still count from the last snapshot."""
    part = task.staging.part("organization", collector.name)
    if part is not None and part.outcome == "collected":
        return [row for name, row in part.rows() if name == table]
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(task.connection.id))
    return list(snapshot.rows(table)) if snapshot else []


def last_collected(connection: Connection) -> dict[tuple[str, str], datetime]:
    """When each part was collected last, by account (or `organization`) and collector."""
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    rows = snapshot.rows("collections") if snapshot else ()
    return {
        (row["account_id"], row["of_collector"]): datetime.fromisoformat(row["collected_at"])
        for row in rows
        if row["outcome"] in ("collected", "carried") and row["collected_at"]
    }
