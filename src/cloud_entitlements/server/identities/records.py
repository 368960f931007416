"""Identities, and what their list covers, as API and terminal give them: plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cloud_entitlements.server.connections.records import when
from cloud_entitlements.server.identities.coverage import Covered
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.identities.one import Judged, One, Recommended
from cloud_entitlements.server.identities.reaches import reaches_record
from cloud_entitlements.server.recommendations.records import fix_record, recommendation_record

Names = Mapping[str, str]
"""Of connections and imports, by id."""


def connection_names() -> Names:
    return dict(Analysis.objects.values_list("connection_id", "name"))


def identity_record(row: Identity, names: Names) -> dict[str, Any]:
    return {
        "arn": row.arn,
        "type": row.type,
        "name": row.name,
        "account_id": row.account_id,
        "account_name": row.account_name,
        "connection_id": row.connection_id,
        "connection": names.get(row.connection_id, ""),
        "impact": row.impact,
        "impact_is_least": row.impact_least,
        "impact_because": row.impact_because,
        "administrator": row.administrator,
        "score": row.score,
        "recommendations": {"high": row.high, "medium": row.medium, "low": row.low},
        "created_at": when(row.created_at),
        "last_used_at": when(row.last_used_at),
        "use_known": row.use_known,
        "exempt": row.exempt or None,
        "stale_since": when(row.stale_since),
    }


def one_record(found: One) -> dict[str, Any]:
    names = connection_names()
    return {
        **identity_record(found.row, names),
        "exempt_because": found.why_exempt or None,
        "suggested": [_recommended(one, names) for one in found.suggested],
        "acknowledged": [_recommended(one, names) for one in found.acknowledged],
        "contained": [_judged(one) for one in found.others if one.verdict == "contained"],
        "unknown": [_judged(one) for one in found.others if one.verdict == "unknown"],
        "also_in": _also_in(found.row),
        "reaches": reaches_record(found) if found.row.type.startswith("directory_") else None,
        "snapshot": {
            "id": found.analysis.snapshot_id,
            "name": found.analysis.name,
            "at": when(found.analysis.collected_at),
        },
    }


def _recommended(found: Recommended, names: Names) -> dict[str, Any]:
    record = recommendation_record(found.recommendation, names)
    return {**record, "why": found.criterion.why, "fix": fix_record(found.recommendation)}


def _judged(found: Judged) -> dict[str, Any]:
    return {
        "criterion": found.criterion.id,
        "title": found.criterion.title,
        "why": found.why,
        "evidence": list(found.evidence),
    }


def _also_in(row: Identity) -> list[str]:
    """Other connections and imports that hold the same identity."""
    from cloud_entitlements.server.identities.listing import shown_connections

    others = Identity.objects.filter(arn=row.arn, connection_id__in=shown_connections())
    return sorted(others.exclude(connection_id=row.connection_id).values_list("connection_id", flat=True))


def coverage_record(found: Covered, *, gaps: bool = False) -> dict[str, Any]:
    """What a list is of. `gaps`: with the first of them."""
    record = {
        "accounts": {"total": found.total, "connected": found.connected},
        "gaps": found.gaps,
        "whole": found.whole,
        "connections": [_of_connection(one) for one in found.analyses],
        "damaged": [{"id": one.connection_id, "name": one.name, "why": one.why} for one in found.damaged],
        "waiting": list(found.waiting),
    }
    return {**record, "gap_list": [asdict(one) for one in found.gap_list()]} if gaps else record


def _of_connection(one: Analysis) -> dict[str, Any]:
    return {
        "id": one.connection_id,
        "name": one.name,
        "snapshot": one.snapshot_id,
        "at": when(one.collected_at),
        "accounts": {"total": one.coverage_total, "connected": one.coverage_connected},
        "gaps": one.gaps,
    }
