"""What AWS itself limits credentials to, whatever policies say (SES-02, SES-03): written as policies, so that they are
split and explained like any other.

No resource policy helps past them. Sessions of AssumeRole* lack two calls only; services/sts.py has those.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cloud_entitlements.policy.document import parse_policy
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.stack import CompiledPolicy, PolicySet

_GET_SESSION_TOKEN = (
    {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:GetCallerIdentity"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": "iam:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    },
)
_GET_FEDERATION_TOKEN = (
    {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
    {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"},
)


def limits_of(caller: Principal) -> PolicySet | None:
    """None: credentials without limits of their own."""
    if caller.type == "federated_user":
        return _federation_token()
    if caller.type in ("user", "root") and caller.parent:
        return _session_token()
    return None


@lru_cache(1)
def _session_token() -> PolicySet:
    return _compiled(_GET_SESSION_TOKEN)


@lru_cache(1)
def _federation_token() -> PolicySet:
    return _compiled(_GET_FEDERATION_TOKEN)


def _compiled(statements: tuple[Mapping[str, Any], ...]) -> PolicySet:
    return (CompiledPolicy(parse_policy({"Version": "2012-10-17", "Statement": list(statements)})),)
