"""Recommendations and criteria as API and terminal give them: plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.connections.records import when
from cloud_entitlements.server.recommendations import shown
from cloud_entitlements.server.recommendations.commands import criterion
from cloud_entitlements.server.recommendations.criterion_records import criterion_record
from cloud_entitlements.server.recommendations.models import KnownAccount, Recommendation

_TITLES = {one.id: one.title for one in CRITERIA}


def recommendation_record(row: Recommendation, names: Mapping[str, str]) -> dict[str, Any]:
    """`names`: of connections and imports, by id."""
    return {
        "criterion": row.criterion,
        "title": _TITLES.get(row.criterion, row.criterion),
        "criticality": row.criticality,
        "state": row.state,
        "arn": row.arn,
        "type": row.type,
        "name": row.name,
        "account_id": row.account_id,
        "account_name": row.account_name,
        "connection_id": row.connection_id,
        "connection": names.get(row.connection_id, ""),
        "evidence": list(row.evidence),
        "first_seen": when(row.first_seen),
        "last_seen": when(row.last_seen),
        "stale_since": when(row.stale_since),
        "resolved_at": when(row.resolved_at),
        "resolved_because": row.resolved_because or None,
        "reopened_at": when(row.reopened_at),
        "acknowledged_at": when(row.acknowledged_at),
        "acknowledged_until": when(row.acknowledged_until),
        "acknowledged_by": row.acknowledged_by or None,
        "reason": row.reason or None,
    }


def fix_record(row: Recommendation) -> dict[str, str] | None:
    """Filled in for this identity. None: the criterion is not there any more."""
    found = shown.opened(row)
    return asdict(found.fix) if found else None


def policy_records(connection_id: str) -> list[dict[str, Any]]:
    """Of all criteria, as they are set for the connection; `connection_id` empty: for all."""
    return [_policy_record(one) for one in shown.policies(connection_id)]


def policy_record(connection_id: str, criterion_id: str) -> dict[str, Any]:
    """Of one. Raises NotFound."""
    wanted = criterion(criterion_id)
    return next(_policy_record(one) for one in shown.policies(connection_id) if one.criterion is wanted)


def _policy_record(found: shown.Policy) -> dict[str, Any]:
    return criterion_record(found.criterion, found.setting, found.otherwise, own=found.own)


def known_record(row: KnownAccount, names: Mapping[str, str]) -> dict[str, Any]:
    """`names`: of connections and imports, by id."""
    return {
        "account_id": row.account_id,
        "name": row.name,
        "connection_id": row.connection_id or None,
        "connection": names.get(row.connection_id, row.connection_id) or None,
        "added_at": when(row.added_at),
        "added_by": row.added_by or None,
    }
