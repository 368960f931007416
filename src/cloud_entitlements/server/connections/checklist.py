"""Check results become rows that page, terminal and API show while the run goes on."""

from __future__ import annotations

from dataclasses import asdict

from django.utils import timezone

from cloud_entitlements.aws.checks import CHECKS_ACCOUNT, CHECKS_ORGANIZATION, CheckResult
from cloud_entitlements.server.connections.models import Check, Connection

_CALLS = {kind.code: kind.call for kind in (*CHECKS_ORGANIZATION, *CHECKS_ACCOUNT)}
ENDED = ("passed", "failed", "skipped")


def record(connection: Connection, result: CheckResult) -> None:
    """Writes one line; started when it first runs, ended when it is decided."""
    row = Check.objects.get(connection=connection, code=result.code)
    now = timezone.now()
    row.state = result.state
    row.detail = result.detail
    row.started_at = row.started_at or now
    row.ended_at = now if result.state in ENDED else None
    row.call = _CALLS[result.code]
    failure = result.failure
    row.failure_code = failure.code if failure else ""
    row.message = failure.message if failure else ""
    row.causes = [asdict(cause) for cause in failure.causes] if failure else []
    if failure:
        row.call = failure.call
    row.save()


def skip_the_rest(connection: Connection) -> None:
    """After a failure the later lines are not known: they stay waiting, and none stays running."""
    Check.objects.filter(connection=connection, state="running").update(state="waiting", started_at=None)
