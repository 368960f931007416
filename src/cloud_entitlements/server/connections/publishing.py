"""A run's last item: the snapshot is published, and the rows that lists show are brought up to it."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone

from cloud_entitlements.access import CannotAnswer, open_index
from cloud_entitlements.aws import checks
from cloud_entitlements.aws.checks import CheckResult
from cloud_entitlements.aws.collectors import OF_ACCOUNT
from cloud_entitlements.aws.collectors.organization import COLLECTOR as ORGANIZATION
from cloud_entitlements.aws.failures import causes_of, explain
from cloud_entitlements.inventory import Coverage, Gap, Publication, Snapshot, prune, publish
from cloud_entitlements.server.connections import checklist
from cloud_entitlements.server.connections.collecting import answering
from cloud_entitlements.server.connections.deployments import deployment_record
from cloud_entitlements.server.connections.identities import identities
from cloud_entitlements.server.connections.identity_center import give_up
from cloud_entitlements.server.connections.knowledge import facts_of
from cloud_entitlements.server.connections.models import Account, Check, Connection
from cloud_entitlements.server.connections.records import failure_record
from cloud_entitlements.server.connections.schedule import ACCOUNT, IDENTITY_CENTER
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.server.folders import index_folder
from cloud_entitlements.server.recommendations import due
from cloud_entitlements.work import ledger
from cloud_entitlements.work.models import WorkItem

log = logging.getLogger(__name__)
UNCOUNTED = (Account.Status.NOT_TARGETED, Account.Status.LEFT, Account.Status.CLOSED)


def publish_run(task: Task) -> dict[str, object]:
    connection = task.connection
    _note_unfinished(task)
    coverage = coverage_of(connection)
    gone = set(connection.accounts.filter(status__in=UNCOUNTED).values_list("account_id", flat=True))
    snapshot = publish(
        task.staging,
        settings.SNAPSHOTS_DIR,
        Publication(
            connection_id=str(connection.id),
            run_id=str(task.run.id),
            coverage=coverage,
            now=timezone.now(),
            name=connection.name,
            keep_accounts=lambda account_id: account_id not in gone,
        ),
    )
    _bring_up(task, snapshot)
    prune(settings.SNAPSHOTS_DIR, str(connection.id))
    ledger.prune(str(connection.id))
    shutil.rmtree(task.staging.folder, ignore_errors=True)
    _make_index(snapshot)
    due.request(str(connection.id))
    return {"snapshot": snapshot.manifest.id}


def _make_index(snapshot: Snapshot) -> None:
    """So that the first question need not wait. It may fail: then that question makes it, or says why it can't."""
    try:
        open_index(snapshot, index_folder(settings.DATA_DIR)).close()
    except (OSError, CannotAnswer, sqlite3.Error):
        log.exception("the index of snapshot %s could not be made", snapshot.manifest.id)


def _note_unfinished(task: Task) -> None:
    """What was given up: it lacks what a gap says like any other, and is never silently old."""
    for item in WorkItem.objects.filter(run=task.run, kind=IDENTITY_CENTER, state=WorkItem.State.FAILED):
        give_up(task, item.error)
    for item in WorkItem.objects.filter(run=task.run, kind=ACCOUNT, state=WorkItem.State.FAILED):
        gap = Gap("", "unfinished", item.error)
        for collector in OF_ACCOUNT:
            if task.staging.part(item.key, collector.name) is None:
                task.staging.gap(item.key, collector.name, gap, timezone.now())
        task.connection.accounts.filter(account_id=item.key).update(
            status=Account.Status.FAILED,
            failure="unfinished",
            detail=f"could not be read to the end: {item.error}",
            causes=[asdict(cause) for cause in causes_of("unfinished")],
        )


def coverage_of(connection: Connection) -> Coverage:
    """Of the accounts that are targeted and still there, how many are read."""
    counted = connection.accounts.exclude(status__in=UNCOUNTED)
    return Coverage(counted.count(), counted.filter(status=Account.Status.CONNECTED).count())


def _bring_up(task: Task, snapshot: Snapshot) -> None:
    connection, manifest = task.connection, snapshot.manifest
    now = timezone.now()
    values = {
        "snapshot_id": manifest.id,
        "coverage_total": manifest.coverage.total,
        "coverage_connected": manifest.coverage.connected,
        "sync_ended_at": now,
        "deployment": deployment_record(connection, task.role, snapshot),
        "calls": _calls(task),
        **_trouble(task),
    }
    if task.connecting:
        _end_checklist(connection, snapshot)
        values |= {
            "status": Connection.Status.CONNECTED,
            "connected_at": connection.connected_at or now,
            "role_arn": task.role.arn,
        }
    Connection.objects.filter(id=connection.id).update(**values)


def _trouble(task: Task) -> dict[str, Any]:
    """The accounts were visited; whether the organization itself could be read is said beside it."""
    part = task.staging.part("organization", ORGANIZATION.name)
    if part is None or part.gap is None:
        return {"sync_error": "", "sync_failure": None}
    text = f"the organization could not be read, its tree is as old as its gap says: {part.gap.message}"
    before = Connection.objects.values_list("sync_failure", flat=True).get(id=task.connection.id)
    if before and before["code"] == part.gap.code:
        return {"sync_error": text}  # narrowed already, when it happened
    facts = facts_of(task.connection)
    failure = explain(part.gap.code, part.gap.call, part.gap.message, **facts)
    return {"sync_error": text, "sync_failure": failure_record(failure)}


def _calls(task: Task) -> dict[str, Any]:
    """AWS calls of this run, retries included: of everything, and of the account that took the most."""
    items = WorkItem.objects.filter(run=task.run, kind=ACCOUNT)
    counts = {item.key: sum(item.result.get("calls", {}).values()) for item in items}
    most = max(counts, key=lambda account: counts[account], default="")
    return {
        "total": sum(counts.values()),
        "accounts": len(counts),
        "most": counts.get(most, 0),
        "most_account": most,
        "cap": settings.MAX_CALLS_PER_ACCOUNT,
    }


def _end_checklist(connection: Connection, snapshot: Snapshot) -> None:
    members = Check.objects.filter(connection=connection, code=checks.MEMBER_ROLES.code).exclude(
        state="passed"
    )
    if members.exists():
        coverage = snapshot.manifest.coverage
        text = answering(coverage.connected, coverage.total, ended=True)
        checklist.record(connection, CheckResult(checks.MEMBER_ROLES.code, "passed", text))
    found = identities([snapshot]).words
    gaps = f"; {snapshot.manifest.gaps} gaps" if snapshot.manifest.gaps else ""
    checklist.record(connection, CheckResult(checks.FIRST_COLLECTION.code, "passed", f"{found}{gaps}"))
