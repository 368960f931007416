"""Access keys of users: status, age, last use. Never a secret: AWS itself shows one only when it is made.

AWS lists keys user by user, and no count says who has some (`AccessKeysPerUserQuota` is a quota). The credential
report does: only those are asked whom it shows with a key, whom it does not know yet, and who had a key before. Without
a report all users are asked. A user costs a call and one for each key, so an account of 5,000 users is read
over several runs, each of which goes on where the last one ended.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from cloud_entitlements.aws.collecting import Collector, Row, Scope, pages
from cloud_entitlements.aws.one_by_one import Asking, NextRun, is_gone
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.inventory import Gap
from cloud_entitlements.inventory.moments import moment

TABLE = "access_keys"
CADENCE = timedelta(hours=4)
MOST_CALLS = 2000
"""Of one run, which may take 5,000 for the whole account."""
MOST_CALLS_BLINDLY = 200
"""Of one run that has no report to tell whom to ask."""
REPORT_AGE = timedelta(hours=8)
"""AWS makes the report anew every four hours, and it is read every four; an older one may lack keys."""
_NO_DATE = frozenset({"", "N/A", "not_supported"})
_ROOT = ":root"
"""Its keys are listed to itself alone; the credential report shows them."""
_LIST, _USED = "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"


def collect(session: AwsSession, scope: Scope) -> Iterator[Row | Gap]:
    client, before, told = session.client("iam"), _by_user(scope), _told(scope)
    users = _users(client, told, before)
    due = sorted(
        (arn for arn in users if _is_due(before.get(arn, []), scope)), key=_asked_first(before, scope)
    )
    asking, done = Asking("users"), set[str]()
    most = MOST_CALLS if told.reported else MOST_CALLS_BLINDLY
    for arn in due:
        if asking.calls >= most:
            asking.miss(NextRun(f"{asking.calls} calls were made in this run"), _LIST, ends=True)
        if asking.over:
            break
        found = _ask(client, arn, users[arn], asking)
        if found is not None:
            done.add(arn)
            yield from ((TABLE, {**row, "asked_at": scope.at.isoformat()}) for row in found)
    lacking = list(asking.lacking(len(due)))
    for arn in users.keys() - done:
        yield from ((TABLE, row) for row in before.get(arn, []))
    yield from lacking


def _ask(client: Any, arn: str, name: str, asking: Asking) -> list[dict[str, object]] | None:
    """A user's keys: none when the user is gone, None when it could not be asked."""
    found: list[dict[str, object]] = []
    call = _LIST
    try:
        for listed in list(_listed(client, name, asking)):
            call = _USED
            used = _used(client, listed["AccessKeyId"], asking)
            found += [_key(arn, name, listed, used)] if used is not None else []
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every error is a gap, and says why
        if not is_gone(error):
            asking.miss(error, call)
            return None
    asking.answer()
    return found


def _listed(client: Any, name: str, asking: Asking) -> Iterator[Mapping[str, Any]]:
    for page in pages(client.list_access_keys, UserName=name):
        asking.calls += 1
        yield from page.get("AccessKeyMetadata", [])


def _used(client: Any, key_id: str, asking: Asking) -> Mapping[str, Any] | None:
    """None when the key was deleted since it was listed."""
    asking.calls += 1
    try:
        used: Mapping[str, Any] = client.get_access_key_last_used(AccessKeyId=key_id)["AccessKeyLastUsed"]
    except ClientError as error:
        if is_gone(error):
            return None
        raise
    return used


def _key(arn: str, name: str, key: Mapping[str, Any], used: Mapping[str, Any]) -> dict[str, object]:
    at = moment(used.get("LastUsedDate"))  # `N/A` in the others, and no date, is a key that was never used
    return {
        "id": key["AccessKeyId"],
        "user_arn": arn,
        "user_name": name,
        "status": key.get("Status"),
        "created_at": moment(key.get("CreateDate")),
        "last_used_at": at,
        "last_used_service": used.get("ServiceName") if at else None,
        "last_used_region": used.get("Region") if at else None,
    }


def _by_user(scope: Scope) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in scope.before(TABLE):
        found.setdefault(row["user_arn"], []).append(row)
    return found


def _is_due(rows: list[Mapping[str, Any]], scope: Scope) -> bool:
    """A run that could not end leaves a gap, and the next one comes early: it asks the rest alone."""
    return not rows or scope.at - datetime.fromisoformat(rows[0]["asked_at"]) >= CADENCE


def _asked_first(before: Mapping[str, list[Mapping[str, Any]]], scope: Scope) -> Any:
    """Those without a row in an order that each run draws anew: where not all can be asked, nobody is always last."""
    drawn = f"{scope.at:%Y%m%d%H%M}"
    return lambda arn: (
        before[arn][0]["asked_at"] if arn in before else "",
        zlib.crc32(f"{drawn} {arn}".encode()),
    )


@dataclass(slots=True)
class _Told:
    """What this run, or the last snapshot, knows already."""

    users: dict[str, str] = field(default_factory=dict)
    """ARN and name."""
    reported: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Whom the credential report knows, root among them: ARN, name, and whether with a key. Empty without a report."""


def _users(client: Any, told: _Told, before: Mapping[str, object]) -> dict[str, str]:
    """Names, by ARN, of all who may have keys."""
    users = dict(told.users)
    if not users and not told.reported:
        for page in pages(client.get_account_authorization_details, Filter=["User"], MaxItems=1000):
            users |= {user["Arn"]: user["UserName"] for user in page.get("UserDetailList", [])}
    users |= {arn: name for arn, (name, has) in told.reported.items() if has and not arn.endswith(_ROOT)}
    without = {arn for arn, (_, has) in told.reported.items() if not has} - before.keys()
    return {arn: name for arn, name in users.items() if arn not in without}


def _told(scope: Scope) -> _Told:
    told = _Told()
    for table, row in scope.known("users", "credential_report"):
        arn = str(row["arn"])
        if table == "users":
            told.users[arn] = str(row["name"])
        elif _is_recent(row, scope):
            columns: Mapping[str, str] = dict(row["columns"])  # type: ignore[call-overload]
            told.reported[arn] = (str(row["user"]), any(_has_key(columns, number) for number in (1, 2)))
    return told


def _is_recent(row: Mapping[str, object], scope: Scope) -> bool:
    made = row.get("generated_at")
    return made is not None and scope.at - datetime.fromisoformat(str(made)) < REPORT_AGE


def _has_key(columns: Mapping[str, str], number: int) -> bool:
    active = columns.get(f"access_key_{number}_active", "").lower() == "true"
    return active or columns.get(f"access_key_{number}_last_rotated", "") not in _NO_DATE


COLLECTOR = Collector(
    name="access_keys",
    level="account",
    cadence=CADENCE,
    tables=(TABLE,),
    operations=(_LIST, _USED, "iam:GetAccountAuthorizationDetails"),
    collect=collect,
)
