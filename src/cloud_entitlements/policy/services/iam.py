"""IAM: roles are passed within an account only (PASS-01), and tags of the role are not to be relied on then (PASS-02)."""

from __future__ import annotations

from cloud_entitlements.policy.context import UNKNOWN, Context
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import Quirks
from cloud_entitlements.policy.stack import PolicyStack

_PASS = "iam:passrole"  # noqa: S105  no password


def _at_home_only(request: Request) -> bool:
    return request.lowered == _PASS


def _context(request: Request, _stack: PolicyStack) -> Context:
    if request.lowered != _PASS:
        return request.context
    return request.context.with_family("aws:resourcetag/", UNKNOWN)


QUIRKS = Quirks(at_home_only=_at_home_only, context=_context)
