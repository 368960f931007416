"""COND-06: six segments, each with wildcards of its own; the first five are never left by one.

COND-12: a request's value that is no ARN satisfies neither form; a pattern that is no ARN is an error of evaluation.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cloud_entitlements.policy.condition.family import Compared, Family, compared
from cloud_entitlements.policy.pattern import as_regex

_COLONS = 5


def _like(value: str, found: str) -> Compared:
    if not _is_arn(found):
        return "neither"
    if not _is_arn(value):
        return "error"
    return compared(_pattern(value).fullmatch(found) is not None)


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= _COLONS


@lru_cache(16_384)
def _pattern(value: str) -> re.Pattern[str]:
    *head, last = value.split(":", _COLONS)
    parts = [as_regex(one, "[^:]*", "[^:]") for one in head] + [as_regex(last, ".*", ".")]
    return re.compile(":".join(parts), re.DOTALL)


LIKE = Family("ARN", _like, expands=True, patterned=True)
