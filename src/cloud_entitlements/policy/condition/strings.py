"""COND-05: exact; lower-cased, which is not Unicode's case folding; with wildcards over the whole text."""

from cloud_entitlements.policy.condition.family import Compared, Family, Matcher, compared
from cloud_entitlements.policy.pattern import text_pattern


def _equals(value: str, found: str) -> Compared:
    return compared(value == found)


def _equals_ignore_case(value: str, found: str) -> Compared:
    return compared(value.lower() == found.lower())


def _like(value: str, found: str) -> Compared:
    return compared(text_pattern(value)(found))


def _any_equals(values: tuple[str, ...]) -> Matcher:
    return frozenset(values).__contains__


def _any_equals_ignore_case(values: tuple[str, ...]) -> Matcher:
    folded = frozenset(value.lower() for value in values)
    return lambda found: found.lower() in folded


def _any_like(values: tuple[str, ...]) -> Matcher:
    tests = tuple(text_pattern(value) for value in values)
    return lambda found: any(matches(found) for matches in tests)


EQUALS = Family("String", _equals, expands=True, ready=_any_equals)
EQUALS_IGNORE_CASE = Family(
    "String ignoring case", _equals_ignore_case, expands=True, ready=_any_equals_ignore_case
)
LIKE = Family("String pattern", _like, expands=True, patterned=True, ready=_any_like)
