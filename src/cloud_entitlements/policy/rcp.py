"""Whom and what resource control policies reach (RCP-03, RCP-04); the services are dated data, never code."""

from __future__ import annotations

import json
from functools import lru_cache

from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.truth import F, T, Truth, negated


@lru_cache(1)
def rcp_services() -> frozenset[str]:
    return frozenset(_data()["services"])


def under_rcp(request: Request, *, services_too: bool) -> Truth:
    """RCP-03: every caller but service-linked roles; no resource of the management account. RCP-05: services too."""
    if request.service not in rcp_services():
        return F
    if request.resource_home is not None and request.resource_home.management:
        return F
    caller = request.principal
    if caller.type == "service":
        return T if services_too else F
    return negated(caller.service_linked) if caller.is_role else T


def rcp_services_date() -> str:
    """ISO date on which the list was compared with AWS's."""
    return str(_data()["date"])


def _data() -> dict[str, list[str]]:
    from importlib.resources import files  # a tenth of what the room takes to load, and few questions need it

    text = (
        files("cloud_entitlements.policy").joinpath("data", "rcp_services.json").read_text(encoding="utf-8")
    )
    found: dict[str, list[str]] = json.loads(text)
    return found
