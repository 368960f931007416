"""COND-09: `true` in any case is true, and every other text is false."""

from cloud_entitlements.policy.condition.family import Compared, Family, Matcher, compared


def is_true(text: str) -> bool:
    return text.lower() == "true"


def _is(value: str, found: str) -> Compared:
    return compared(is_true(value) == is_true(found))


def _any_is(values: tuple[str, ...]) -> Matcher:
    wanted = frozenset(is_true(value) for value in values)
    return lambda found: is_true(found) in wanted


IS = Family("Bool", _is, expands=True, ready=_any_is)
