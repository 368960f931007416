"""Is a bucket policy public, in S3's sense (S3-03): does an Allow reach more than fixed principals or fixed values?"""

from __future__ import annotations

from cloud_entitlements.policy.condition.addresses import network
from cloud_entitlements.policy.document import Condition, Policy, Statement
from cloud_entitlements.policy.pattern import has_wildcard

# "Blocking public access to your Amazon S3 storage", the meaning of public: keys that make a wildcard principal fixed.
_FIXING = frozenset(
    {
        "aws:principalorgid",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgpaths",
        "aws:resourceorgid",
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceowner",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:viaawsservice",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
_ACCESS_POINT = "s3:dataaccesspointarn"
_BROADEST_IPV4, _BROADEST_IPV6 = 8, 32


def is_public(policy: Policy) -> bool:
    return any(_is_public(statement) for statement in policy.statements)


def _is_public(statement: Statement) -> bool:
    if statement.effect != "Allow" or statement.principals is None:
        return False
    element = statement.principals
    if not element.negated and not any(value == "*" for _, value in element.entries):
        return False
    return not any(_fixes(condition) for condition in statement.conditions)


def _fixes(condition: Condition) -> bool:
    operator = condition.operator
    if operator.negated or operator.if_exists or operator.family is None or operator.prefix == "ForAllValues":
        return False
    if condition.key.lower() == "aws:sourceip":
        return operator.family.name == "IP address" and all(_narrow(value) for value in condition.values)
    if condition.key.lower() not in _FIXING:
        return False
    open_ = _open_access_point if condition.key.lower() == _ACCESS_POINT else _open
    return bool(condition.values) and not any(open_(value) for value in condition.values)


def _open_access_point(value: str) -> bool:
    """The name may be a wildcard, as long as the account is fixed."""
    parts = value.split(":", 5)
    return "${" in value or len(parts) < 6 or has_wildcard(parts[4])  # noqa: PLR2004  an ARN


def _open(value: str) -> bool:
    return has_wildcard(value) or "${" in value


def _narrow(value: str) -> bool:
    """Very broad networks count as public: wider than /8, or /32 of IPv6."""
    found = network(value)
    if found is None:
        return True
    return found.prefixlen >= (_BROADEST_IPV4 if found.version == 4 else _BROADEST_IPV6)  # noqa: PLR2004
