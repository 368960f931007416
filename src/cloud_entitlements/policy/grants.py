"""A KMS grant, read as the policy that it comes to (KMS-02): who, which operations, under which encryption context.

As a policy it is matched, split and explained like any other. The entry is one of `kms:ListGrants`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_entitlements.policy.document import OLD_VERSION, parse_policy
from cloud_entitlements.policy.errors import MalformedRequest
from cloud_entitlements.policy.stack import CompiledPolicy, Grant

# AWS, GrantConstraints: constraints hold for operations that take an encryption context, and no others.
_WITH_CONTEXT = frozenset(
    {
        "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
    }
)  # fmt: skip
_CONTEXT, _CONTEXT_KEYS = "kms:EncryptionContext:", "kms:EncryptionContextKeys"


def read_grant(entry: Mapping[str, Any]) -> Grant:
    """Raises MalformedRequest."""
    listed, constraints = entry.get("Operations") or [], entry.get("Constraints") or {}
    if not isinstance(listed, list) or not isinstance(constraints, Mapping):
        raise MalformedRequest("a grant's `Operations` are a list, and its `Constraints` an object")
    operations = [str(one) for one in listed]
    grantee = str(entry.get("GranteePrincipal") or entry.get("GranteeServicePrincipal") or "")
    if not grantee:
        raise MalformedRequest("a grant has no `GranteePrincipal`")
    statements = [
        _allow(grantee, [one for one in operations if one not in _WITH_CONTEXT], {}),
        _allow(grantee, [one for one in operations if one in _WITH_CONTEXT], constraints),
        _allow(str(entry.get("RetiringPrincipal") or ""), ["RetireGrant"], {}),
    ]
    found = [one for one in statements if one]
    # values are literal: the old version has no variables
    policy = parse_policy({"Version": OLD_VERSION, "Statement": found})
    return Grant(CompiledPolicy(policy), _account(str(entry.get("IssuingAccount") or "")))


def _account(text: str) -> str:
    """AWS prints `arn:aws:iam::111122223333:root`."""
    return text.split(":")[4] if text.count(":") == 5 else text  # noqa: PLR2004


def _allow(principal: str, operations: list[str], constraints: Mapping[str, Any]) -> dict[str, Any] | None:
    if not operations or not principal or principal == "*":
        return None
    kind = "Service" if ".amazonaws.com" in principal else "AWS"
    found: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Action": [f"kms:{one}" for one in operations],
        "Resource": "*",
    }
    condition = _condition(constraints)
    return {**found, "Condition": condition} if condition else found


def _condition(constraints: Mapping[str, Any]) -> dict[str, Any]:
    """`…Subset`: these pairs at least; `…Equals`: these and no others."""
    subset, equal = constraints.get("EncryptionContextSubset"), constraints.get("EncryptionContextEquals")
    if not all(one is None or isinstance(one, Mapping) for one in (subset, equal)):
        raise MalformedRequest("a grant's constraint is an object of names and values")
    pairs = {**(subset or {}), **(equal or {})}
    found: dict[str, Any] = (
        {"StringEquals": {f"{_CONTEXT}{name}": str(value) for name, value in pairs.items()}} if pairs else {}
    )
    if equal is not None:
        found["ForAllValues:StringEquals"] = {_CONTEXT_KEYS: list(equal)}
    return found
