"""Does one pattern match all that another does? False where that is not plain to see."""

from __future__ import annotations

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
