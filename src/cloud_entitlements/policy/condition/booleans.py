"""COND-09: `true` in any case is true, and every other text is false."""

from cloud_entitlements.policy.condition.family import Compared, Family, compared


def is_true(text: str) -> bool:
    return text.lower() == "true"


def _is(value: str, found: str) -> Compared:
    return compared(is_true(value) == is_true(found))


IS = Family("Bool", _is, expands=True)
