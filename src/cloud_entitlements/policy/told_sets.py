"""A key of many values, in words: what it has at least, and what it has at most.

`has team`, `has only team or env`, `has team and something else`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

Named = frozenset[str]
"""A set of values by what they are called; several sets of values may be called alike."""


def told_sets(
    mine: Sequence[Named], others: Collection[Named], names: Sequence[str], *, lasts: bool
) -> list[str]:
    """As few phrases as cover `mine` and none of `others`, in the order of `names`.

    `lasts`: what is not among `names` makes no difference beside them, so that "at least" may be said.
    """
    left, found = sorted(dict.fromkeys(mine), key=len), list[str]()
    while left:
        least, most = _widened(left[0], others, names)
        left = [one for one in left if not least <= one <= most]
        found.append(_phrase(least, most, names, lasts=lasts))
    return found


def _widened(start: Named, others: Collection[Named], names: Sequence[str]) -> tuple[Named, Named]:
    """All between the two are none of `others`."""
    least = most = start
    for name in names:
        if _apart(least, most | {name}, others):
            most |= {name}
    for name in names:
        if _apart(least - {name}, most, others):
            least -= {name}
    return least, most


def _apart(least: Named, most: Named, others: Collection[Named]) -> bool:
    return not any(least <= one <= most for one in others)


def _phrase(least: Named, most: Named, names: Sequence[str], *, lasts: bool) -> str:
    needed = " and ".join(name for name in names if name in least)
    allowed = " or ".join(name for name in names if name in most)
    if lasts and len(most) == len(names):
        return f"has {needed}" if least else "is present"
    if not least or len(most) == 1:
        return f"has only {allowed}"
    return f"has {needed} and {'nothing else' if least == most else f'only {allowed}'}"
