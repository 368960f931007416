"""When users, roles and groups last used which service, and which management action: AWS's own account of it.

A run asks about its share alone (`last_accessed_pace`), and keeps the rows of the others as they are. What this does
not see: data events and `iam:PassRole`, access that a resource's policy grants, attempts of the last four hours, and
anything older than AWS's tracking period of about 400 days. Attempts that were denied count as use. AWS lists the
actions of a service only where the identity used one of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from cloud_entitlements.aws.collecting import Collector, Row, Scope, Unchanged
from cloud_entitlements.aws.collectors import authorization_details
from cloud_entitlements.aws.collectors.last_accessed_jobs import GENERATE, GET, Jobs, Report
from cloud_entitlements.aws.collectors.last_accessed_pace import share
from cloud_entitlements.aws.one_by_one import Asking
from cloud_entitlements.aws.privilege import TABLES, ranked
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory import Gap
from cloud_entitlements.inventory.moments import moment

TABLE = "last_accessed"
GRANULARITY = "ACTION_LEVEL"


def collect(
    session: AwsSession,
    scope: Scope,
    sleep: Callable[[float], None] | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Row | Gap]:
    identities = ranked(scope.known(*TABLES))
    if not identities:
        identities = ranked(authorization_details.collect(session, scope))
    listed = list(scope.before(TABLE, "arn", "id", "asked_at"))
    asked = {
        row["arn"]: datetime.fromisoformat(row["asked_at"])
        for row in listed
        if row["arn"] in identities and identities[row["arn"]].id == row["id"]
    }
    due = share(identities, asked, scope.at, scope.first)
    if listed and not due and len(asked) == len(listed):
        raise Unchanged
    asking, answered = Asking("identities"), set[str]()
    jobs = Jobs(session.client("iam"), asking, sleep or session.pause, now, GRANULARITY)
    for report in jobs.reports(due):
        answered.add(report.arn)
        if report.services is not None:
            yield TABLE, _row(report, identities[report.arn].id, scope.at)
    lacking = list(asking.lacking(len(due)))
    for row in scope.before(TABLE) if asked.keys() - answered else ():
        if row["arn"] in asked and row["arn"] not in answered:
            yield TABLE, row
    yield from lacking


def _row(report: Report, unique_id: str, at: datetime) -> dict[str, object]:
    found = sorted(report.services or (), key=lambda one: str(one["ServiceNamespace"]))
    actions = [
        (_action(service, action), action)
        for service in found
        for action in service.get("TrackedActionsLastAccessed") or ()
    ]
    return {
        "arn": report.arn,
        "id": unique_id,
        "asked_at": at.isoformat(),
        "granularity": report.granularity,
        "services": [
            {
                "service": service["ServiceNamespace"],
                "at": moment(service["LastAuthenticated"]),
                "region": service.get("LastAuthenticatedRegion"),
            }
            for service in found
            if service.get("LastAuthenticated")
        ],
        "tracked": [service["ServiceNamespace"] for service in found],
        "actions": [
            {
                "action": name,
                "at": moment(action["LastAccessedTime"]),
                "region": action.get("LastAccessedRegion"),
            }
            for name, action in actions
            if action.get("LastAccessedTime")
        ],
        "tracked_actions": [name for name, _ in actions],
    }


def _action(service: Mapping[str, Any], action: Mapping[str, Any]) -> str:
    return f"{service['ServiceNamespace']}:{action.get('ActionName', '')}"


COLLECTOR = Collector(
    name="last_accessed",
    level="account",
    # Every run: it is the share of each that makes a day, and a run that has nothing to ask makes no call.
    cadence=timedelta(0),
    tables=(TABLE,),
    operations=(GENERATE, GET, "iam:GetAccountAuthorizationDetails"),
    collect=collect,
)
