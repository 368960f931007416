"""After the stack was deleted: does any role still answer? Asked role by role, and collected nothing.

A role that answers still stands. One that answered before and is refused now is gone. Nothing can be told from here,
and it is said, of one that never answered, of one whose account AWS suspended, and of one that refuses for another
reason: that it trusts another identity than the one that asks, or that the identity may not ask.
"""

from __future__ import annotations

from typing import Any

from cloud_entitlements.aws.failures import Failure, from_error, is_denied
from cloud_entitlements.aws.platform import QUICK, caller_in, identity_of
from cloud_entitlements.aws.sessions import SwitchedOff
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.connections.records import when
from cloud_entitlements.server.connections.schedule import FAREWELL, GONE
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work.models import UNFINISHED, Run, WorkItem

ANSWERS, NO_MORE, UNTOLD = "answers", "gone", "untold"


def ask_whether_gone(task: Task) -> dict[str, Any]:
    account_id = task.job.item.key
    own = account_id == task.role.account_id
    try:
        task.sessions.assume(task.role_to_assume(None if own else account_id), QUICK)
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every other error leaves it untold, with its words
        failure = from_error(error, "sts:AssumeRole")
        if not is_denied(error):
            return {"answer": UNTOLD, "detail": failure.message}
        row = task.connection.accounts.filter(account_id=account_id).first()
        unclear = "" if own else _why_unclear(row)
        unclear = unclear or _why_refused_anyway(task, failure)
        return {"answer": UNTOLD if unclear else NO_MORE, "detail": unclear or failure.message}
    return {"answer": ANSWERS, "detail": "the role still answers"}


def _why_unclear(row: Account | None) -> str:
    """Empty when a refusal by this account's role can mean that the role is gone."""
    if row is not None and row.status in (Account.Status.SUSPENDED, Account.Status.CLOSED):
        words = row.get_status_display().lower()
        return f"the account is {words}, and AWS refuses every call into it: a role left there comes back with it"
    answered = row is not None and (
        row.collected_at or row.proven_at or row.status == Account.Status.TOO_OPEN
    )
    if answered:
        return ""
    words = row.get_status_display().lower() if row else "never seen"
    return f"its role never answered ({words}): whether one is left can't be told from here"


def _why_refused_anyway(task: Task, failure: Failure) -> str:
    """A refusal for another reason than that the role is gone: by a policy, or because another identity asks."""
    if failure.code != "denied":
        return failure.message
    trusted = [identity_of(arn) for arn in task.connection.deployment.get("trusts", [])]
    caller = caller_in(failure.message)
    if caller is None or not trusted or any(caller.is_session_of(identity) for identity in trusted):
        return ""
    arns = ", ".join(f"`{identity.arn}`" for identity in trusted)
    return f"the role trusted {arns}, and `{caller.arn}` asks: run the check as the one that it trusted"


def farewell_record(connection: Connection) -> dict[str, Any] | None:
    """The last check, or None when there was none. `state` is running, done or failed."""
    run = Run.objects.filter(subject=str(connection.id), kind=FAREWELL).order_by("-created_at").first()
    if run is None:
        return None
    items = list(WorkItem.objects.filter(run=run, kind=GONE).order_by("key"))
    names = dict(connection.accounts.values_list("account_id", "name"))
    told = [
        {"account_id": one.key, "name": names.get(one.key, ""), **_answer(one)}
        for one in items
        if one.state in (WorkItem.State.DONE, WorkItem.State.FAILED)
    ]
    return {
        "state": "running" if run.state in (*UNFINISHED, Run.State.QUEUED) else run.state,
        "ended_at": when(run.ended_at),
        "total": len(items),
        "done": len(told),
        "gone": sum(1 for one in told if one["answer"] == NO_MORE),
        "answering": [one for one in told if one["answer"] == ANSWERS],
        "untold": [one for one in told if one["answer"] == UNTOLD],
    }


def _answer(item: WorkItem) -> dict[str, str]:
    return {
        "answer": item.result.get("answer", UNTOLD),
        "detail": item.result.get("detail", item.error),
    }
