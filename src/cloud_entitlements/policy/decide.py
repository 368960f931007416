"""The formula of section 6, in three values: every layer's answer, and what they come to together.

Pure and quick: `evaluate` asks it once for what is known, and again for each case of what is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from cloud_entitlements.policy.concerned import Concerned, ask, ask_rcp, concerned, ready
from cloud_entitlements.policy.layers import (
    BOUNDARY,
    CREDENTIALS,
    ENDPOINT,
    IDENTITY,
    NO_IDENTITY,
    NO_POLICY,
    NOT_READ,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    SILENT,
    Said,
    ask_endpoint,
    ask_resource,
)
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.rcp import under_rcp
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.scp import under_scp
from cloud_entitlements.policy.services.quirks import NOTHING, Granted, Quirks
from cloud_entitlements.policy.sessions import limits_of
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import F, T, Truth, U, any_of, negated

_NO_PERMISSION = Said(F, F)
_EVERYTHING = Said(T, F)
"""ROOT-01: every permission of an identity, from no policy."""


_NO_LAYERS: Mapping[str, Said] = MappingProxyType({})


class Answer(NamedTuple):
    allowed: Truth
    denied: Truth
    """By a Deny somewhere (EVAL-01)."""
    layers: Mapping[str, Said] = _NO_LAYERS
    granted: Granted = NOTHING
    """At the resource, besides its policy."""
    same_account: bool | None = None
    """None: whose the resource is, is not known, and it matters."""
    why: str = ""
    """What settles it where no policy does."""
    needs_resource: bool = False
    """Identity policies alone can't allow it."""


def decide(stack: PolicyStack, request: Request, asked: Asked, quirks: Quirks) -> Answer:
    """`quirks` of the request's service."""
    settled = quirks.settled(request)
    if settled is not None:
        return Answer(settled.truth, F, why=settled.why)
    layers = _layers(stack, request, asked, quirks)
    granted = quirks.grants(request, stack, asked)
    denied = max([said.deny for said in layers.values()])
    owner = quirks.owner(request, stack)
    explicit = quirks.explicit(request) or request.service in stack.switches.explicit_services
    same: bool | None = owner == request.principal.account
    allowed = _allowed(stack, request, quirks, layers, granted, explicit=explicit, same=bool(same))
    if owner is None and request.principal.account:
        # TRI-08: both cases, and the answer where they agree
        at_home = _allowed(stack, request, quirks, layers, granted, explicit=explicit, same=True)
        allowed, same = (allowed, True) if allowed == at_home else (U, None)
    needs = explicit or same is False
    abroad = same is False and bool(request.principal.account)
    why = _AT_HOME if abroad and quirks.at_home_only(request) else ""
    return Answer(min(negated(denied), allowed), denied, layers, granted, same, why, needs)


_AT_HOME = "this action is never allowed across accounts"


def _layers(stack: PolicyStack, request: Request, asked: Asked, quirks: Quirks) -> dict[str, Said]:
    about = concerned(stack, asked.action)
    found = _of_caller(stack, about, asked) if asked.principal.account else dict(_WITHOUT_ACCOUNT)
    resource = NO_POLICY if stack.resource is None else ask_resource(stack.resource, RESOURCE, asked)
    resource = quirks.resource_said(request, stack, resource)
    found[RESOURCE] = resource.blurred() if quirks.unmodelled(request, stack) else resource
    found[SCP] = SILENT if stack.service_control is None else _scp(stack, about, request, asked)
    found[RCP] = SILENT if stack.resource_control is None else _rcp(stack, about, request, asked, quirks)
    found[ENDPOINT] = SILENT if stack.endpoint is None else ask_endpoint(stack.endpoint, asked)
    return found


_WITHOUT_ACCOUNT = {IDENTITY: NO_IDENTITY, BOUNDARY: SILENT, SESSION: SILENT}


def _of_caller(stack: PolicyStack, about: Concerned, asked: Asked) -> dict[str, Said]:
    caller = asked.principal
    found = {
        IDENTITY: _EVERYTHING if caller.type == "root" else ask(about.identity, asked),
        BOUNDARY: ask(about.boundary, asked) if caller.may_be_bounded else SILENT,
        SESSION: ask(about.session, asked) if stack.session is not None else _without_policy(asked),
    }
    limits = limits_of(caller)
    if limits is not None:
        found[CREDENTIALS] = ask(ready(limits, CREDENTIALS, asked.action), asked)
    return found


def _without_policy(asked: Asked) -> Said:
    """SES-01: a federated user's session without a policy has no permission of the identity's. SES-02: AssumeRoot's
    sessions always have one of AWS's task policies.
    """
    if asked.principal.type == "federated_user":
        return _NO_PERMISSION
    if asked.principal.type == "root" and asked.context.look("aws:assumedroot") == ("true",):
        return NOT_READ
    return SILENT


def _scp(stack: PolicyStack, about: Concerned, request: Request, asked: Asked) -> Said:
    applies = under_scp(request, tasks_beyond=stack.switches.tasks_beyond_scps)
    if applies == F:
        return SILENT
    said = ask(about.scp, asked)
    return said if applies == T else said.perhaps()


def _rcp(stack: PolicyStack, about: Concerned, request: Request, asked: Asked, quirks: Quirks) -> Said:
    if quirks.spared_by_rcp(request):
        return SILENT
    applies = under_rcp(request, services_too=stack.switches.rcps_reach_services)
    if applies == F:
        return SILENT
    said = ask_rcp(about.rcp, asked)
    return said if applies == T else said.perhaps()


def _allowed(
    stack: PolicyStack,
    request: Request,
    quirks: Quirks,
    layers: Mapping[str, Said],
    granted: Granted,
    *,
    explicit: bool,
    same: bool,
) -> Truth:
    """Section 6, without the denies: EVAL-10 within one account, EVAL-13 across."""
    guards = min(layers[SCP].allow, layers[RCP].allow, layers[ENDPOINT].allow)
    if CREDENTIALS in layers:
        guards = min(guards, layers[CREDENTIALS].allow)
    by_kind = _joined(layers[RESOURCE].by_kind, granted.by_kind)
    if not request.principal.account:
        return min(guards, _without_account(request, by_kind))
    limits = min(layers[BOUNDARY].allow, layers[SESSION].allow)
    identity = min(layers[IDENTITY].allow, limits)
    if not same:
        if quirks.at_home_only(request):  # EVAL-20
            return F
        both = _across(stack, request, quirks, by_kind, identity)
        return min(guards, max(both, _direct(granted.own, limits)))
    if explicit:  # EVAL-11
        identity = min(identity, by_kind.get(Kind.ACCOUNT, F))
    return min(guards, max(identity, _direct(by_kind, limits)) if by_kind else identity)


def _direct(by_kind: Mapping[Kind, Truth], limits: Truth) -> Truth:
    """EVAL-12: what needs no permission of the identity's. Through USER, SESSION and ANY a resource allows whatever
    boundary and session policies leave out; through ROLE and FEDERATED_PARENT only what they allow.
    """
    if not by_kind:
        return F
    unlimited = max(by_kind.get(Kind.USER, F), by_kind.get(Kind.SESSION, F), by_kind.get(Kind.ANY, F))
    limited = max(by_kind.get(Kind.ROLE, F), by_kind.get(Kind.FEDERATED_PARENT, F))
    return max(unlimited, min(limits, limited))


def _across(
    stack: PolicyStack, request: Request, quirks: Quirks, by_kind: Mapping[Kind, Truth], identity: Truth
) -> Truth:
    """EVAL-13: both sides. EVAL-18: of a foreign root the identity's side is true."""
    both = min(any_of(by_kind.values()), identity)
    if stack.switches.unsigned_calls_reach_everyone and quirks.unsigned(request):
        both = max(both, by_kind.get(Kind.ANY, F))  # EVAL-19
    return both


def _without_account(request: Request, by_kind: Mapping[Kind, Truth]) -> Truth:
    """EVAL-15: a service, or anonymous. TRUST-04: a token, whose provider must be named."""
    if request.principal.type == "federated":
        return by_kind.get(Kind.FEDERATED, F)
    own = by_kind.get(Kind.SERVICE, F) if request.principal.type == "service" else F
    return max(by_kind.get(Kind.ANY, F), own)


def _joined(first: Mapping[Kind, Truth], second: Mapping[Kind, Truth]) -> Mapping[Kind, Truth]:
    if not second:
        return first
    return {kind: max(first.get(kind, F), second.get(kind, F)) for kind in {*first, *second}}
