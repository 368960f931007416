"""One account's item: in by its role, proven, then every collector that is due; rows of accounts are updated."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cloud_entitlements.aws import checks
from cloud_entitlements.aws.checks import CheckResult
from cloud_entitlements.aws.collecting import Scope
from cloud_entitlements.aws.collectors import OF_ACCOUNT
from cloud_entitlements.aws.failures import explain, is_denied
from cloud_entitlements.aws.members import MemberState, Status, enter, state_after_collecting
from cloud_entitlements.aws.narrowing import PROPAGATION_SECONDS, why_refused
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.inventory import Gap
from cloud_entitlements.server.connections import checklist
from cloud_entitlements.server.connections.account_work import around
from cloud_entitlements.server.connections.models import Account, Check, Connection
from cloud_entitlements.server.connections.staged import stage
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work import ledger
from cloud_entitlements.work.runner import Postpone, Released

PAUSE_SECONDS = 5


def collect_account(task: Task) -> dict[str, Any]:
    account_id = task.job.item.key
    state, gaps = _visit(task, account_id)
    if _may_still_come(task, state):
        raise Postpone(PAUSE_SECONDS, "AWS can take 60 s to know a new role, retrying")
    _update_row(task.connection, account_id, state, gaps)
    if task.connecting:
        _update_checklist(task)
    return {"status": state.status, "calls": task.recorder.as_result()}


def _visit(task: Task, account_id: str) -> tuple[MemberState, list[Gap]]:
    own = account_id == task.role.account_id  # proven already, by the checks
    role = task.role_to_assume(None if own else account_id)
    known, prove = around(task, account_id), task.job.item.payload["prove"] and not own
    state, session = _enter_own(task) if own else enter(task.sessions, role, known, prove=prove)
    if session is None:
        gap = Gap("sts:AssumeRole", state.failure or state.status, state.detail)
        for collector in OF_ACCOUNT:
            task.staging.gap(account_id, collector.name, gap, timezone.now())
        return state, [gap] * len(OF_ACCOUNT)
    if prove:
        task.connection.accounts.filter(account_id=account_id).update(proven_at=timezone.now())
    gaps = _collect(task, session, Scope(account_id, task.role.partition))
    failures = [explain(gap.code, gap.call, gap.message, **known.facts) for gap in gaps]
    parts = [task.staging.part(account_id, collector.name) for collector in OF_ACCOUNT]
    read = any(part is not None and part.outcome == "collected" for part in parts)
    return state_after_collecting(failures, len(OF_ACCOUNT), known, read=read), gaps


def _enter_own(task: Task) -> tuple[MemberState, AwsSession | None]:
    """The role that the stack itself made: no StackSet stands behind it, and more is known of it."""
    try:
        return MemberState("connected"), task.sessions.assume(task.role_to_assume())
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every error is a state, with its causes
        failure = why_refused(error, task.sessions, task.evidence)
        status: Status = "refused" if is_denied(error) else "failed"
        return MemberState(status, failure.message, failure.code, failure.causes), None


def _collect(task: Task, session: AwsSession, scope: Scope) -> list[Gap]:
    collected_at, gaps = task.job.item.payload["collected_at"], []
    for number, collector in enumerate(OF_ACCOUNT):
        if task.job.over():
            raise Released
        task.job.report(number, len(OF_ACCOUNT), collector.name.replace("_", " "))
        last = collected_at.get(collector.name)
        found = stage(task, collector, session, scope, datetime.fromisoformat(last) if last else None)
        gaps += [found] if found else []
    return gaps


SETTLED = frozenset(
    {
        "trust_too_open",
        "member_deployment_failed",
        "member_deployment_denied",
        "member_role_left_over",
        "platform_denied_by_scp",
        "platform_may_not_assume",
        "member_denied_by_rcp",
    }
)
"""Waiting changes nothing about these."""


def _may_still_come(task: Task, state: MemberState) -> bool:
    """While connecting, a refusal in the first minute may be a role that AWS does not know yet."""
    if not task.connecting or task.run.started_at is None or state.status not in ("pending", "refused"):
        return False
    young = (timezone.now() - task.run.started_at).total_seconds() < PROPAGATION_SECONDS
    return young and state.failure not in SETTLED


def _update_row(connection: Connection, account_id: str, state: MemberState, gaps: list[Gap]) -> None:
    values: dict[str, Any] = {
        "status": state.status,
        "detail": state.detail,
        "failure": state.failure,
        "causes": [asdict(cause) for cause in state.causes],
        "gap_count": len(gaps),
    }
    if state.status == "connected":
        values["collected_at"] = timezone.now()
    connection.accounts.filter(account_id=account_id).update(**values)


def answering(answered: int, total: int, *, ended: bool) -> str:
    rest = "; each of the others says why in the list of accounts" if ended and answered < total else ""
    return f"{answered} of {total} answer{rest}"


def _update_checklist(task: Task) -> None:
    """`17 of 24`: counted from the ledger and the rows, so that it is right whoever writes it."""
    with transaction.atomic():
        line = Check.objects.filter(connection=task.connection, code=checks.MEMBER_ROLES.code).first()
        if line is None or line.state != "running":
            return
        run = ledger.progress(task.run, "account")
        visited = run.done + 1
        answered = task.connection.accounts.filter(status=Account.Status.CONNECTED).count()
        text = answering(answered, run.total, ended=visited >= run.total)
        state: checks.State = "passed" if visited >= run.total else "running"
        checklist.record(task.connection, CheckResult(checks.MEMBER_ROLES.code, state, text))
        if state == "passed":
            checklist.record(task.connection, CheckResult(checks.FIRST_COLLECTION.code, "running"))
