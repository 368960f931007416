"""COND-05: exact; lower-cased, which is not Unicode's case folding; with wildcards over the whole text."""

from cloud_entitlements.policy.condition.family import Compared, Family, compared
from cloud_entitlements.policy.pattern import text_pattern


def _equals(value: str, found: str) -> Compared:
    return compared(value == found)


def _equals_ignore_case(value: str, found: str) -> Compared:
    return compared(value.lower() == found.lower())


def _like(value: str, found: str) -> Compared:
    return compared(text_pattern(value)(found))


EQUALS = Family("String", _equals, expands=True)
EQUALS_IGNORE_CASE = Family("String ignoring case", _equals_ignore_case, expands=True)
LIKE = Family("String pattern", _like, expands=True, patterned=True)
