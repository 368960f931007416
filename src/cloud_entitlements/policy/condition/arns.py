"""COND-06: six segments, each with wildcards of its own; the first five are never left by one.

COND-12: a request's value that is no ARN satisfies neither form; a pattern that is no ARN is an error of evaluation.
"""

from __future__ import annotations

from functools import lru_cache

from cloud_entitlements.policy.condition.family import Compared, Family, Matcher, compared
from cloud_entitlements.policy.pattern import SEGMENTS, Matches, segment, tester, whole_text


def _like(value: str, found: str) -> Compared:
    if not _is_arn(found):
        return "neither"
    if not _is_arn(value):
        return "error"
    return compared(_pattern(value)(found))


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= SEGMENTS - 1


@lru_cache(16_384)
def _pattern(value: str) -> Matches:
    return tester(value, _by_segment)


def _by_segment(value: str) -> str:
    *head, last = value.split(":", SEGMENTS - 1)
    return ":".join([*(segment(one) for one in head), whole_text(last)])


def _any_like(values: tuple[str, ...]) -> Matcher | None:
    if not all(_is_arn(value) for value in values):
        return None
    tests = tuple(_pattern(value) for value in values)
    return lambda found: any(matches(found) for matches in tests) if _is_arn(found) else None


LIKE = Family("ARN", _like, expands=True, patterned=True, ready=_any_like)
