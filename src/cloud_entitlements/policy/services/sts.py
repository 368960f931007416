"""STS: roles are explicit resources; a few calls no policy governs; root assumes nothing."""

from __future__ import annotations

from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import Quirks
from cloud_entitlements.policy.truth import F, T, Truth

_OF_A_ROLE = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
    }
)
_WITHOUT_CALLER = frozenset({"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})


def _explicit(request: Request) -> bool:
    """EVAL-11: the trust policy."""
    return request.action.lower() in _OF_A_ROLE


def _settled(request: Request) -> Truth | None:
    action, caller = request.action.lower(), request.principal
    if action == "sts:getcalleridentity":
        return F if caller.type == "anonymous" else T  # EVAL-17
    if action == "sts:getsessiontoken":
        return F if caller.is_role or caller.type == "federated_user" else T  # SES-03
    if action == "sts:getfederationtoken" and (caller.is_role or caller.type == "federated_user"):
        return F  # SES-03
    if caller.type == "root" and action in ("sts:assumerole", "sts:assumeroot"):
        return F  # EVAL-18
    if caller.type == "federated" and action not in _WITHOUT_CALLER | {
        "sts:tagsession",
        "sts:setsourceidentity",
    }:
        return F  # TRUST-04: a token is no principal of other calls
    return None


def _spared(request: Request) -> bool:
    """RCP-03: assuming a service-linked role."""
    return ":role/aws-service-role/" in request.resource


QUIRKS = Quirks(explicit=_explicit, settled=_settled, spared_by_rcp=_spared)
