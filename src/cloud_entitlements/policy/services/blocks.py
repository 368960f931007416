"""S3's block public access, as it comes to from where it is set (S3-03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SETTINGS = ("IgnorePublicAcls", "RestrictPublicBuckets")
_PLACES = ("organization", "account", "bucket", "access_point")


def effective(given: Mapping[str, Any]) -> dict[str, bool]:
    """Either the settings that hold, or by place. The organization's replaces the account's, and any of the rest adds."""
    if not any(place in given for place in _PLACES):
        return {name: bool(given.get(name)) for name in _SETTINGS}
    upper = given["organization"] if given.get("organization") is not None else given.get("account")
    counted = [
        one for one in (upper, given.get("bucket"), given.get("access_point")) if isinstance(one, Mapping)
    ]
    return {name: any(one.get(name) for one in counted) for name in _SETTINGS}
