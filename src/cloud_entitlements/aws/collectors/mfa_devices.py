"""MFA devices: the virtual ones in one list; others user by user, and only where some are in use.

AWS lists security keys and hardware tokens per user alone, so users are asked only when the account's own
count says that there are more devices than the list shows, and only those without a virtual one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cloud_entitlements.aws.collecting import Collector, Row, Scope, pages
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.moments import moment


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    client = session.client("iam")
    owners: set[str] = set()
    for page in pages(client.list_virtual_mfa_devices, AssignmentStatus="Assigned"):
        for device in page.get("VirtualMFADevices", []):
            owners.add((device.get("User") or {}).get("UserName", ""))
            yield "mfa_devices", _virtual(device)
    in_use = client.get_account_summary()["SummaryMap"].get("MFADevicesInUse", 0)
    if in_use > len(owners - {""}):
        yield from _others(client, owners)


def _others(client: Any, owners: set[str]) -> Iterator[Row]:
    for page in pages(client.get_account_authorization_details, Filter=["User"], MaxItems=1000):
        for user in page.get("UserDetailList", []):
            if user["UserName"] not in owners:
                yield from _of_user(client, user)


def _of_user(client: Any, user: dict[str, Any]) -> Iterator[Row]:
    for page in pages(client.list_mfa_devices, UserName=user["UserName"]):
        for device in page.get("MFADevices", []):
            yield "mfa_devices", _device(device["SerialNumber"], user, device.get("EnableDate"))


def _virtual(device: dict[str, Any]) -> dict[str, object]:
    return _device(device["SerialNumber"], device.get("User") or {}, device.get("EnableDate"))


def _device(serial_number: str, user: dict[str, Any], enabled: Any) -> dict[str, object]:
    return {
        "serial_number": serial_number,
        "user_arn": user.get("Arn"),
        "user_name": user.get("UserName"),
        "kind": _kind(serial_number),
        "enabled_at": moment(enabled),
    }


def _kind(serial_number: str) -> str:
    """The ARN tells: `…:mfa/name` is virtual, `…:u2f/user/…` a security key; hardware has a bare number."""
    resource = serial_number.rpartition(":")[2]
    if resource.startswith("mfa/"):
        return "virtual"
    return "security key" if resource.startswith("u2f/") else "hardware"


COLLECTOR = Collector(
    name="mfa_devices",
    level="account",
    cadence=timedelta(hours=1),
    tables=("mfa_devices",),
    operations=(
        "iam:ListVirtualMFADevices",
        "iam:GetAccountSummary",
        "iam:GetAccountAuthorizationDetails",
        "iam:ListMFADevices",
    ),
    collect=collect,
)
