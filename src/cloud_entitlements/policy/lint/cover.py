"""Does one pattern match all that another does? No, where that is not plain to see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from cloud_entitlements.policy.lint.glob import glob
from cloud_entitlements.policy.pattern import has_wildcard, matches_everything

_ANY_RUN = "\ue002"
_LONGEST = 2048
"""Of an ARN."""


@lru_cache(65_536)
def covers(wide: str, narrow: str) -> bool:
    if wide == narrow or matches_everything(wide):
        return True
    if len(narrow) > _LONGEST or "${" in wide or ("?" in wide and has_wildcard(narrow)):
        return False
    # a run in `narrow` may be anything: only a run in `wide` can stand for a character that nobody writes
    return glob(wide, narrow.replace("*", _ANY_RUN).replace("?", _ANY_RUN))


_WILDCARD = re.compile(r"[*?]")
_MOST_ALIKE = 100
"""So many patterns with one beginning are compared; more are no policy that somebody reads."""
ByBeginning = Mapping[str, list[str]]


def by_beginning(patterns: Iterable[str]) -> ByBeginning:
    """Those with wildcards, by the text before the first: whatever one covers begins with it too."""
    found: dict[str, list[str]] = {}
    for pattern in dict.fromkeys(patterns):
        if has_wildcard(pattern):
            alike = found.setdefault(_WILDCARD.split(pattern, maxsplit=1)[0], [])
            if len(alike) < _MOST_ALIKE:
                alike.append(pattern)
    return found


def wider_than(pattern: str, wide: ByBeginning) -> str | None:
    """Another pattern that covers this one."""
    for length in range(min(len(pattern), _LONGEST) + 1):
        for one in wide.get(pattern[:length], ()):
            if one != pattern and covers(one, pattern):
                return one
    return None
