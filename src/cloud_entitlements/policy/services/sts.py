"""STS: roles are explicit resources (TRUST-01); a few calls no policy governs; root assumes nothing.

What needs no line here: nothing lets a role assume itself but its own trust policy (TRUST-02), and of the target's policies
only that one is asked (TRUST-08); what guards a trust are conditions like any others (TRUST-05, TRUST-06); what limits a
session is asked when it calls, as of any caller (TRUST-07).
"""

from __future__ import annotations

from dataclasses import replace

from cloud_entitlements.policy.context import Unknown
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import Quirks, Settled
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.truth import F, T

_WITH_TOKEN = frozenset({"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
_BESIDE = frozenset({"sts:tagsession", "sts:setsourceidentity"})
_ASSUMING = frozenset({"sts:assumerole", *_WITH_TOKEN})
_OF_A_ROLE = _ASSUMING | _BESIDE
_TAG_KEYS, _TAG, _SOURCE_IDENTITY = "aws:tagkeys", "aws:requesttag/", "sts:sourceidentity"
_ROOT_NEVER = ("sts:assumerole", "sts:assumeroot")


def _explicit(request: Request) -> bool:
    """EVAL-11: the trust policy."""
    return request.lowered in _OF_A_ROLE


def _settled(request: Request) -> Settled | None:
    action, caller = request.lowered, request.principal
    if caller.type == "federated":
        return _of_token(request, action)
    signed = caller.type != "anonymous"
    if action == "sts:getcalleridentity":  # EVAL-17
        return Settled(T, "no policy governs it") if signed else Settled(F, "nobody signed the call")
    of_session = caller.is_role or caller.type == "federated_user" or bool(caller.parent)
    if action == "sts:getsessiontoken":  # SES-02, SES-03
        able = caller.type in ("user", "root") and not of_session
        return (
            Settled(T, "no policy governs it") if able else Settled(F, "only lasting credentials may call it")
        )
    if action == "sts:getfederationtoken" and (of_session or not signed):
        return Settled(F, "only lasting credentials may call it")
    if caller.type == "root" and action in _ROOT_NEVER:  # EVAL-18
        return Settled(F, "root can't assume")
    return None


def _of_token(request: Request, action: str) -> Settled | None:
    """TRUST-04: a token calls nothing but this, and its provider stands in the role's own account."""
    if action not in _WITH_TOKEN | _BESIDE:
        return Settled(F, "a token is no principal of this call")
    provider = request.principal.arn
    if provider.startswith("arn:") and request.owner and provider.split(":")[4] != request.owner:
        return Settled(F, "the provider stands in another account than the role")
    return None


def _spared(request: Request) -> bool:
    """RCP-03: assuming a service-linked role."""
    return ":role/aws-service-role/" in request.resource


def _also(request: Request, _stack: PolicyStack) -> tuple[Request, ...]:
    """TRUST-03: tags and a source identity that are passed are requests of their own on the same role."""
    if request.lowered not in _ASSUMING:
        return ()
    states = request.context.states
    passed = {key for key, state in states.items() if state and not isinstance(state, Unknown)}
    more = []
    if _TAG_KEYS in passed or any(key.startswith(_TAG) for key in passed):
        more.append("sts:TagSession")
    if _SOURCE_IDENTITY in passed:
        more.append("sts:SetSourceIdentity")
    return tuple(replace(request, action=action) for action in more)


QUIRKS = Quirks(explicit=_explicit, settled=_settled, spared_by_rcp=_spared, also=_also)
