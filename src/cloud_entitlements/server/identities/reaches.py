"""What somebody of Identity Center reaches, as API and terminal give it: every way into an account, the gravest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from cloud_entitlements.access import AccountAccess, read_directory
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.identities.one import One

_AT_ONCE = 500


def reaches_record(found: One) -> dict[str, Any]:
    """`known` false: there may be more ways than are listed, and `why` says so."""
    folder = settings.SNAPSHOTS_DIR / found.row.connection_id / found.analysis.snapshot_id
    try:
        directory = read_directory(Snapshot.open(folder))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return {"known": False, "why": f"the snapshot can't be read: {error}", "ways": []}
    ways = directory.roles_of(found.row.arn)
    roles = _roles(found.row.connection_id, {one.role for one in ways if one.role})
    listed = sorted(ways, key=lambda one: -_points(roles.get(one.role or "")))
    return {
        "known": directory.known,
        "why": directory.why,
        "ways": [_way(one, roles.get(one.role or "")) for one in listed],
    }


def _roles(connection_id: str, arns: Iterable[str]) -> Mapping[str, Identity]:
    listed = sorted(arns)
    found: dict[str, Identity] = {}
    for start in range(0, len(listed), _AT_ONCE):
        rows = Identity.objects.filter(connection_id=connection_id, arn__in=listed[start : start + _AT_ONCE])
        found |= {row.arn: row for row in rows}
    return found


def _points(role: Identity | None) -> int:
    """What is not known comes first: it may be the gravest."""
    return role.impact_points if role else 2**15


def _way(one: AccountAccess, role: Identity | None) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "permission_set": one.permission_set or None,
        "through": one.through,
        "state": one.state,
        "role": one.role,
        "why": one.why,
        "impact": role.impact if role else None,
        "administrator": role.administrator if role else "unknown",
    }
