"""Counts of the account, among them whether root has access keys and MFA."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cloud_entitlements.aws.collecting import Collector, Row, Scope
from cloud_entitlements.aws.sessions import AwsSession


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    for name, value in session.client("iam").get_account_summary()["SummaryMap"].items():
        yield "account_summary", {"name": name, "value": value}


COLLECTOR = Collector(
    name="account_summary",
    level="account",
    cadence=timedelta(0),
    tables=("account_summary",),
    operations=("iam:GetAccountSummary",),
    collect=collect,
)
