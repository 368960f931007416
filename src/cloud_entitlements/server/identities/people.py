"""The page of somebody of Identity Center: every way into an account, and what the role there could do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from cloud_entitlements.access import AccountAccess, Directory, read_directory
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.identities.one import One

MOST = 500
_STATES = {
    "found": "",
    "missing": "no such role in the account",
    "ambiguous": "several roles fit, and none is guessed",
    "not_read": "the account was not read",
}


@dataclass(frozen=True, slots=True)
class Way:
    access: AccountAccess
    role: Identity | None
    through: str
    """Name of the group; empty: assigned directly."""
    lacking: str
    """Why no role is named; empty where one is."""


def person(found: One) -> dict[str, Any]:
    folder = settings.SNAPSHOTS_DIR / found.row.connection_id / found.analysis.snapshot_id
    directory = read_directory(Snapshot.open(folder))
    ways = directory.roles_of(found.row.arn)
    return {
        "one": found,
        "covered": covered(found.row.connection_id),
        "ways": list(_ways(ways[:MOST], directory, found.row.connection_id)),
        "total": len(ways),
        "directory": directory,
        "named": directory.users.get(found.row.arn),
        "members": _members(directory, found.row.arn),
        "line": f"ciem identity {shlex.quote(found.row.arn)}",
    }


def _ways(ways: Sequence[AccountAccess], directory: Directory, connection_id: str) -> list[Way]:
    """The gravest first."""
    arns = [one.role for one in ways if one.role]
    roles = {row.arn: row for row in Identity.objects.filter(connection_id=connection_id, arn__in=arns)}
    found = [
        Way(
            one,
            roles.get(one.role or ""),
            _group(directory, one.through),
            one.why or _STATES.get(one.state, ""),
        )
        for one in ways
    ]
    return sorted(found, key=lambda way: -way.role.impact_points if way.role else 1)


def _group(directory: Directory, arn: str | None) -> str:
    known = directory.groups.get(arn or "")
    return known.name if known else arn or ""


def _members(directory: Directory, arn: str) -> list[tuple[str, str]]:
    """Of a group: ARN and name of each."""
    group = directory.groups.get(arn)
    listed = group.members[:MOST] if group else ()
    return [(one, directory.users[one].name if one in directory.users else one) for one in listed]
