"""Which resources may have a policy of their own (EVAL-16), and whose a resource is. Dated data, not code."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


def keeps_policies(action: str, resource: str) -> bool:
    """Could the resource have a policy? Of a service that the data does not know, yes: nothing is ruled out."""
    if resource == "*":
        return False
    service = resource.split(":")[2] if resource.startswith("arn:") else action.partition(":")[0]
    return service.lower() not in _without()


@lru_cache(1)
def _data() -> dict[str, Any]:
    text = (
        files("cloud_entitlements.access")
        .joinpath("data", "resource_policies.json")
        .read_text(encoding="utf-8")
    )
    found: dict[str, Any] = json.loads(text)
    return found


@lru_cache(1)
def _without() -> frozenset[str]:
    return frozenset(_data()["services_without"])


def resource_policies_date() -> str:
    """ISO date on which the list was compared with AWS's."""
    return str(_data()["date"])
