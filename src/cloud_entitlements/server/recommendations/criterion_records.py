"""A criterion as API and terminal give it. Needs no Django: the terminal tells of criteria where there is no database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cloud_entitlements.criteria import CRITERIA, Criterion, Setting
from cloud_entitlements.criteria.fixes import general
from cloud_entitlements.criteria.settings import default


def criterion_record(one: Criterion, setting: Setting, otherwise: Setting, *, own: bool) -> dict[str, Any]:
    """`own`: set here; `otherwise`: what would count if it were not."""
    return {
        "id": one.id,
        "title": one.title,
        "types": list(one.types),
        "criticality": setting.criticality,
        "period": setting.period,
        "enabled": setting.enabled,
        "own": own,
        "otherwise": asdict(otherwise),
        "default": asdict(default(one)),
        "why": one.why,
        "fix": asdict(general(one.fix)),
        "needs": list(one.needs),
        "standards": {name: list(numbers) for name, numbers in asdict(one.standards).items()},
    }


def default_records() -> list[dict[str, Any]]:
    """Of all, as they are where nothing was set."""
    return [criterion_record(one, default(one), default(one), own=False) for one in CRITERIA]
