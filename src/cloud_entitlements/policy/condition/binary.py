"""COND-11: the request's bytes against the base-64 text in the policy."""

from cloud_entitlements.policy.condition.family import Compared, Family, compared


def _equals(value: str, found: str) -> Compared:
    return compared(value == found)


EQUALS = Family("Binary", _equals)
