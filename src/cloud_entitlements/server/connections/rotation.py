"""The platform's identity, which connections trust it already, and the line that updates each that does not."""

from __future__ import annotations

from typing import Any

from cloud_entitlements.aws.template import update_command
from cloud_entitlements.server.connections import platform
from cloud_entitlements.server.connections.knowledge import template_input
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.records import page_url, when

TRUSTS, ANOTHER, BOTH, UNKNOWN = "trusts it", "trusts another", "some roles trust another", "not known yet"


def platform_record() -> dict[str, Any]:
    """`connections` say whom their deployed roles trust, as their last snapshots show it."""
    stored = platform.stored()
    listed = Connection.objects.exclude(role_arn="").prefetch_related("targets") if stored else ()
    return {
        "arn": stored.arn if stored else None,
        "account_id": stored.account_id if stored else None,
        "previous_arn": platform.previous_arn() or None,
        "changed_at": when(platform.changed_at()),
        "connections": [_trust(connection, stored.arn if stored else "") for connection in listed],
    }


def _trust(connection: Connection, arn: str) -> dict[str, Any]:
    trusts = connection.deployment.get("trusts", [])
    state = UNKNOWN if not trusts else TRUSTS if trusts == [arn] else BOTH if arn in trusts else ANOTHER
    given = template_input(connection)
    return {
        "id": str(connection.id),
        "name": connection.name,
        "url": page_url(connection),
        "state": state,
        "trusts": trusts,
        "update": ""
        if state == TRUSTS
        else update_command(given, "PlatformAccountId", "PlatformPrincipalArn"),
    }
