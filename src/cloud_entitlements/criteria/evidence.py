"""How much evidence is shown: enough to find the thing, and how much more there is."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_entitlements.criteria.criterion import Evidence

MOST = 5


def few(found: Iterable[Evidence], what: str, most: int = MOST) -> tuple[Evidence, ...]:
    """The first ones, and then one that says how many more there are of `what`: `statements`."""
    listed = list(found)
    more = len(listed) - most
    # a line that says "1 more" is no shorter than the one
    if more < 2:  # noqa: PLR2004
        return tuple(listed)
    return (*listed[:most], Evidence(f"{more} more {what}"))
