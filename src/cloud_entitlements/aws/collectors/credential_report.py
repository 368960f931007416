"""AWS's own report on passwords, access keys and MFA, with root. Made on demand, anew every four hours."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.moments import moment

WAIT_SECONDS = 120
FIRST_PAUSE_SECONDS = 0.5
_NOT_YET = frozenset({"ReportInProgress", "ReportNotPresent", "ReportExpired"})


class ReportLate(Exception):
    """AWS did not finish the report in the time that we wait."""

    failure_code = "report_late"


def collect(
    session: AwsSession,
    _scope: Scope,
    sleep: Callable[[float], None] | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Row]:
    answer = _fetch(session.client("iam"), sleep or session.pause, now)
    generated_at = moment(answer.get("GeneratedTime"))
    for line in csv.DictReader(io.StringIO(answer["Content"].decode("utf-8", "replace"))):
        columns = {name: value for name, value in line.items() if name and value is not None}
        own = {"arn": columns.pop("arn", ""), "user": columns.pop("user", "")}
        yield "credential_report", {**own, "generated_at": generated_at, "columns": columns}


def _fetch(client: Any, sleep: Callable[[float], None], now: Callable[[], float]) -> dict[str, Any]:
    until, pause = now() + WAIT_SECONDS, FIRST_PAUSE_SECONDS
    state = client.generate_credential_report().get("State")
    while True:
        if state == "COMPLETE":
            try:
                answer: dict[str, Any] = client.get_credential_report()
            except ClientError as error:
                if error.response["Error"]["Code"] not in _NOT_YET:
                    raise
            else:
                return answer
        if now() > until:
            raise ReportLate(
                f"the credential report was not ready after {WAIT_SECONDS} s; the next run asks again"
            )
        sleep(pause)
        pause = min(pause * 2, 5)
        state = client.generate_credential_report().get("State")


COLLECTOR = Collector(
    name="credential_report",
    level="account",
    cadence=timedelta(hours=4),
    tables=("credential_report",),
    operations=("iam:GenerateCredentialReport", "iam:GetCredentialReport"),
    collect=collect,
)
