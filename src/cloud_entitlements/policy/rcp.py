"""Which services resource control policies reach (RCP-04): dated data, never code."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files


@lru_cache(1)
def rcp_services() -> frozenset[str]:
    return frozenset(_data()["services"])


def rcp_services_date() -> str:
    """ISO date on which the list was compared with AWS's."""
    return str(_data()["date"])


def _data() -> dict[str, list[str]]:
    text = (
        files("cloud_entitlements.policy").joinpath("data", "rcp_services.json").read_text(encoding="utf-8")
    )
    found: dict[str, list[str]] = json.loads(text)
    return found
