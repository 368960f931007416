"""Services that say for whom they assume a role, so that a trust policy can ask: dated data, never code.

A service that runs its own customers' code in their own accounts (`ec2`, `lambda`, `ecs-tasks`) acts for nobody else, and
some of them say no source: a role that asked for one could not be assumed (TRUST-06).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_REGIONAL = re.compile(r"([\w-]+)\.[a-z]{2}(?:-[a-z]+)+-\d\.(amazonaws\.com)")


def says_source(service: str) -> bool:
    """`service` as a trust policy names it: in a Region or partition of its own, too."""
    return _REGIONAL.sub(r"\1.\2", service.lower().removesuffix(".cn")) in _services()


@lru_cache(1)
def _services() -> Mapping[str, str]:
    """Where AWS shows it, by service."""
    found: Mapping[str, str] = _data()["services"]
    return found


def service_sources_date() -> str:
    """ISO date on which the list was compared with AWS's pages."""
    return str(_data()["date"])


@lru_cache(1)
def _data() -> dict[str, Any]:
    from importlib.resources import files

    text = (
        files("cloud_entitlements.criteria")
        .joinpath("data", "service_sources.json")
        .read_text(encoding="utf-8")
    )
    found: dict[str, Any] = json.loads(text)
    return found
