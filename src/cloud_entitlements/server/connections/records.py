"""The record of a connection and of an account as API and terminal give it: plain JSON values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from cloud_entitlements.aws.failures import Failure
from cloud_entitlements.server.connections.models import Account, Check, Connection
from cloud_entitlements.work import ledger


def connection_record(connection: Connection) -> dict[str, Any]:
    return {
        "id": str(connection.id),
        "type": connection.type,
        "name": connection.name,
        "status": connection.status,
        "enabled": connection.enabled,
        "external_id": connection.external_id,
        "target_ids": target_ids(connection),
        "organization_id": connection.organization_id,
        "management_account_id": connection.management_account_id or None,
        "role_arn": connection.role_arn or None,
        "template_url": api_url(connection, "template"),
        "tags": connection.tags,
        "connected_at": when(connection.connected_at),
        "synchronization": synchronization(connection),
        "coverage": {"total": connection.coverage_total, "connected": connection.coverage_connected},
        "deployment": connection.deployment or None,
        "calls": connection.calls or None,
        "identity_center": connection.identity_center or None,
        "critical": critical(connection) or None,
        "proven_at": when(connection.proven_at),
        "checks": [check_record(check) for check in connection.checks.all()],
    }


def target_ids(connection: Connection) -> list[str]:
    return [target.id for target in connection.targets.all()]


def api_url(connection: Connection, *rest: str) -> str:
    kind = "organizations" if connection.type == Connection.Type.ORGANIZATION else "accounts"
    return "/".join([f"/api/v1/aws/{kind}", str(connection.id), *rest])


def page_url(connection: Connection) -> str:
    return reverse("connections:connection", args=[connection.id])


def critical(connection: Connection) -> str:
    """What can't wait, in words: a trust that admits more than it should."""
    if (connection.sync_failure or {}).get("code") == "trust_too_open":
        return "Trust too open"
    count = connection.accounts.filter(status=Account.Status.TOO_OPEN).count()
    return f"Trust too open in {count} account{'s' if count > 1 else ''}" if count else ""


def synchronization(connection: Connection) -> dict[str, Any]:
    """`state` is off, idle, queued, running or failed."""
    return {
        "state": synchronization_state(connection),
        "started_at": when(connection.sync_started_at),
        "ended_at": when(connection.sync_ended_at),
        "next_at": when(next_run_at(connection)),
        "error": connection.sync_error or None,
        "failure": connection.sync_failure,
    }


def synchronization_state(connection: Connection) -> str:
    if not connection.enabled:
        return "off"
    active = ledger.active_run(str(connection.id))
    if active is not None:
        return "queued" if active.state == "queued" else "running"
    return "failed" if connection.sync_error else "idle"


def next_run_at(connection: Connection) -> datetime | None:
    """Runs follow each other by the pause, counted from the end of the last one."""
    if not connection.enabled or connection.status != Connection.Status.CONNECTED:
        return None
    if connection.sync_ended_at is None:
        return None
    return connection.sync_ended_at + timedelta(minutes=settings.SYNCHRONIZATION_MINUTES)


def check_record(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "title": check.title,
        "state": check.state,
        "failure": check.failure_code or None,
        "detail": check.detail,
        "call": check.call,
        "message": check.message,
        "causes": check.causes,
        "started_at": when(check.started_at),
        "ended_at": when(check.ended_at),
        "elapsed_seconds": elapsed(check),
    }


def elapsed(check: Check) -> float | None:
    if check.started_at is None:
        return None
    return round(((check.ended_at or timezone.now()) - check.started_at).total_seconds(), 1)


def account_record(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "name": account.name,
        "unit_path": account.unit_path,
        "status": account.status,
        "failure": account.failure or None,
        "detail": account.detail,
        "causes": account.causes,
        "proven_at": when(account.proven_at),
        "collected_at": when(account.collected_at),
        "gaps": account.gap_count,
    }


def failure_record(failure: Failure) -> dict[str, Any]:
    return {
        "code": failure.code,
        "call": failure.call,
        "message": failure.message,
        "causes": [asdict(cause) for cause in failure.causes],
    }


def when(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
