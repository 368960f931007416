"""Which runs there are, and when the next one starts. A run is a row of `work`; a connection its subject.

connect   prove the role, survey the organization, collect each account and Identity Center, publish
collect   survey, collect each account and Identity Center, publish
retry     the same for some of them alone; the others keep what was collected
farewell  asks every role whether it still answers, after the stack was deleted; collects nothing
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from cloud_entitlements.aws.checks import CHECKS_ACCOUNT, CHECKS_ORGANIZATION
from cloud_entitlements.server.connections.models import Account, Check, Connection
from cloud_entitlements.work import ledger
from cloud_entitlements.work.ledger import ItemSpec
from cloud_entitlements.work.models import Run

PROVE, SURVEY, ACCOUNT, PUBLISH, GONE = "prove", "survey", "account", "publish", "gone"
IDENTITY_CENTER = "identity_center"
SHOWN = (ACCOUNT, IDENTITY_CENTER, GONE)
"""Kinds of items that people are shown while they are worked on."""
FAREWELL = "farewell"
STAGE_SURVEY, STAGE_ACCOUNTS, STAGE_PUBLISH = 0, 1, 2
DAILY = timedelta(hours=24)
JITTER = timedelta(hours=4)
SHORTEST = timedelta(minutes=15)


def proof_is_due(key: str, proven_at: datetime | None) -> bool:
    """Once a day, earlier by up to four hours that `key` decides: not all roles are tested at once."""
    if proven_at is None:
        return True
    earlier = JITTER * (zlib.crc32(key.encode()) / 0xFFFFFFFF)
    return timezone.now() - proven_at > DAILY - earlier


def start_connecting(connection: Connection, role_arn: str) -> Run:
    lay_out_checks(connection)
    prove = ItemSpec(kind=PROVE, key="", stage=STAGE_SURVEY, essential=True)
    return _start(connection, "connect", [prove], trigger="connect", payload={"role_arn": role_arn})


def start_collecting(connection: Connection, trigger: str) -> Run:
    return _start(connection, "collect", [_survey()], trigger=trigger, payload={})


def start_retrying(connection: Connection, account_ids: Sequence[str], *, identity_center: bool) -> Run:
    asked: dict[str, object] = {"accounts": list(account_ids), IDENTITY_CENTER: identity_center}
    return _start(connection, "collect", [_survey()], trigger="retry", payload=asked)


def start_farewell(connection: Connection) -> Run:
    """Accounts that were never to have a role are not asked."""
    outside = Q(status=Account.Status.NOT_TARGETED, collected_at=None)
    ids = set(connection.accounts.exclude(outside).values_list("account_id", flat=True))
    ids.add(connection.role_arn.split(":")[4])
    items = [ItemSpec(kind=GONE, key=account_id, stage=STAGE_ACCOUNTS) for account_id in sorted(ids)]
    return _start(connection, FAREWELL, items, trigger="person", payload={"role_arn": connection.role_arn})


def _start(
    connection: Connection, kind: str, items: list[ItemSpec], *, trigger: str, payload: dict[str, object]
) -> Run:
    ledger.give_way(str(connection.id), _COVERED.get(kind, ()))
    return ledger.start_run(str(connection.id), kind, items, trigger=trigger, payload=payload)


_COVERED: dict[str, tuple[str, ...]] = {"connect": ("collect", FAREWELL), "collect": (FAREWELL,)}
"""What need not be done any more when this is asked for: only one run at a time can wait."""


def _survey() -> ItemSpec:
    return ItemSpec(kind=SURVEY, key="", stage=STAGE_SURVEY, essential=True)


def lay_out_checks(connection: Connection) -> None:
    """The whole checklist, waiting, so that people see at once what will be proven."""
    listed = CHECKS_ORGANIZATION if connection.type == Connection.Type.ORGANIZATION else CHECKS_ACCOUNT
    Check.objects.filter(connection=connection).delete()
    Check.objects.bulk_create(
        Check(connection=connection, position=position, code=check.code, title=check.title, call=check.call)
        for position, check in enumerate(listed)
    )


def settle(connection_id: str, error: str, failure: Mapping[str, object] | None = None) -> None:
    """A run ended badly: a connection that was being connected has failed, one that works waits its pause."""
    found = Connection.objects.filter(id=connection_id)
    found.filter(status=Connection.Status.CONNECTING).update(status=Connection.Status.FAILED)
    found.update(sync_ended_at=timezone.now(), sync_error=error, sync_failure=failure)
    Check.objects.filter(connection_id=connection_id, state="running").update(
        state="failed", detail="the work ended unexpectedly", message=error, ended_at=timezone.now()
    )


def settle_lost() -> None:
    """Runs that failed because their workers died leave a connection that would be connecting forever."""
    for connection in Connection.objects.filter(status=Connection.Status.CONNECTING):
        last = ledger.last_run(str(connection.id))
        if last is not None and last.state == Run.State.FAILED:
            settle(str(connection.id), last.error)


def start_due_runs() -> int:
    """Starts a run for each connection whose last one ended long enough ago; the schedule's holder calls it."""
    now, pause = timezone.now(), timedelta(minutes=settings.SYNCHRONIZATION_MINUTES)
    # However long the pause is: whether the external id is still asked for is tested every day.
    is_due = Q(sync_ended_at__lte=now - pause) | Q(
        proven_at__lte=now - DAILY, sync_ended_at__lte=now - SHORTEST
    )
    due = Connection.objects.filter(is_due, enabled=True, status=Connection.Status.CONNECTED)
    idle = [connection for connection in due if ledger.active_run(str(connection.id)) is None]
    for connection in idle:
        start_collecting(connection, trigger="schedule")
    return len(idle)
