"""A document, parsed once for all that look at it one after the other."""

from __future__ import annotations

from functools import lru_cache

from cloud_entitlements.policy import Policy, parse_policy


@lru_cache(2_000)
def parsed(text: str) -> Policy:
    """Some 20 KB each. `MalformedPolicy`, and is not kept then."""
    return parse_policy(text)
