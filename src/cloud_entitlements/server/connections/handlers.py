"""What the kinds of work do: prove, survey, account, Identity Center, publish, gone. Handed to the runner by kind.

A handler may be started again at any point; each leaves things so that doing it again comes to the same.
Switched off in the middle, or told to end, it gives its item back: what was read whole is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings

from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.aws.failures import from_error
from cloud_entitlements.aws.sessions import AwsSessions, Gate, SwitchedOff
from cloud_entitlements.inventory import DamagedSnapshot, Staging
from cloud_entitlements.server.connections import calls, records, schedule
from cloud_entitlements.server.connections.collecting import collect_account
from cloud_entitlements.server.connections.farewell import ask_whether_gone
from cloud_entitlements.server.connections.gate import gate_of
from cloud_entitlements.server.connections.identity_center import collect_identity_center
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.proving import prove
from cloud_entitlements.server.connections.publishing import publish_run
from cloud_entitlements.server.connections.surveying import survey
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.server.recommendations import due
from cloud_entitlements.work.ledger import MAX_ATTEMPTS
from cloud_entitlements.work.runner import GivenUp, Handler, Job, Postpone, Released

THREADS = 16


def _handler(function: Callable[[Task], Mapping[str, Any] | None]) -> Handler:
    @wraps(function)
    def handle(job: Job) -> Mapping[str, Any] | None:
        try:
            return function(_task(job))
        except SwitchedOff:
            raise Released from None
        except (Postpone, GivenUp):
            raise
        except DamagedSnapshot as error:
            if job.item.essential:
                schedule.settle(
                    job.item.run.subject, str(error), records.failure_record(from_error(error, ""))
                )
            raise GivenUp(str(error)) from error  # it stays so until somebody mends it
        except Exception as error:
            if job.item.essential and job.item.attempt >= MAX_ATTEMPTS:
                failure = from_error(error, "", folder=str(settings.DATA_DIR))
                told = records.failure_record(failure) if failure.code in KINDS else None
                schedule.settle(job.item.run.subject, f"{type(error).__name__}: {error}", told)
            raise

    return handle


def _task(job: Job) -> Task:
    run = job.item.run
    connection = Connection.objects.filter(id=uuid.UUID(run.subject)).first()
    if connection is None:
        raise GivenUp("the connection was removed")
    recorder = calls.Counter(settings.MAX_CALLS_PER_ACCOUNT if job.item.kind == schedule.ACCOUNT else None)
    return Task(
        job=job,
        run=run,
        connection=connection,
        sessions=AwsSessions(gate=_gate(job, connection), recorder=recorder),
        staging=Staging(settings.STAGING_DIR / run.subject / str(run.id)),
        recorder=recorder,
    )


def _gate(job: Job, connection: Connection) -> Gate:
    """Closed when the connection is switched off, and when whoever works is to end."""
    enabled = gate_of(connection.id)

    def gate() -> None:
        if job.over():
            raise SwitchedOff
        enabled()

    return gate


HANDLERS: dict[str, Handler] = {
    schedule.PROVE: _handler(prove),
    schedule.SURVEY: _handler(survey),
    schedule.ACCOUNT: _handler(collect_account),
    schedule.IDENTITY_CENTER: _handler(collect_identity_center),
    schedule.PUBLISH: _handler(publish_run),
    schedule.GONE: _handler(ask_whether_gone),
    due.ANALYSE: due.handle,
}


def tick() -> int:
    """Starts what is due; called every few seconds by whoever holds the schedule."""
    schedule.settle_lost()
    return schedule.start_due_runs() + due.start_due()
