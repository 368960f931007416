"""The formula of section 6, in three values: every layer's answer, and what they come to together.

Pure and quick: `evaluate` asks it once for what is known, and again for each case of what is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cloud_entitlements.policy.layers import (
    BOUNDARY,
    CREDENTIALS,
    ENDPOINT,
    IDENTITY,
    NO_IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    SILENT,
    Said,
    ask,
    ask_endpoint,
    ask_levels,
    ask_rcp,
    ask_resource,
)
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.rcp import under_rcp
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.scp import under_scp
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.services.quirks import NOTHING, Granted, Quirks
from cloud_entitlements.policy.sessions import limits_of
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import F, T, Truth, U, any_of, negated

_NO_PERMISSION = Said(F, F)
_EVERYTHING = Said(T, F)
"""ROOT-01: every permission of an identity, from no policy."""


@dataclass(frozen=True, slots=True)
class Answer:
    allowed: Truth
    denied: Truth
    """By a Deny somewhere (EVAL-01)."""
    layers: dict[str, Said] = field(default_factory=dict)
    granted: Granted = NOTHING
    """At the resource, besides its policy."""
    same_account: bool | None = None
    """None: whose the resource is, is not known, and it matters."""
    why: str = ""
    """What settles it where no policy does."""
    needs_resource: bool = False
    """Identity policies alone can't allow it."""


def decide(stack: PolicyStack, request: Request, asked: Asked) -> Answer:
    quirks = quirks_of(request.service)
    settled = quirks.settled(request)
    if settled is not None:
        return Answer(settled.truth, F, why=settled.why)
    layers = _layers(stack, request, asked, quirks)
    granted = quirks.grants(request, stack, asked)
    denied = any_of(said.deny for said in layers.values())
    owner = quirks.owner(request, stack)
    explicit = quirks.explicit(request) or request.service in stack.switches.explicit_services
    asking = _Asking(stack, request, quirks, layers, granted, explicit)
    if owner is None and request.principal.account:
        return _of_unknown_owner(asking, denied)
    same = owner == request.principal.account
    allowed = _allowed(asking, same=same)
    needs = not same or explicit
    abroad = not same and bool(request.principal.account)
    why = _AT_HOME if abroad and quirks.at_home_only(request) else ""
    return Answer(min(negated(denied), allowed), denied, layers, granted, same, why, needs)


_AT_HOME = "this action is never allowed across accounts"


@dataclass(frozen=True, slots=True)
class _Asking:
    stack: PolicyStack
    request: Request
    quirks: Quirks
    layers: dict[str, Said]
    granted: Granted
    explicit: bool


def _layers(stack: PolicyStack, request: Request, asked: Asked, quirks: Quirks) -> dict[str, Said]:
    caller = request.principal
    found = _of_caller(stack, request, asked) if caller.account else dict(_WITHOUT_ACCOUNT)
    resource = quirks.resource_said(request, stack, ask_resource(stack.resource, RESOURCE, asked))
    found[RESOURCE] = resource.blurred() if quirks.unmodelled(request, stack) else resource
    found[SCP] = _scp(stack, request, asked)
    found[RCP] = _rcp(stack, request, asked, quirks)
    found[ENDPOINT] = SILENT if stack.endpoint is None else ask_endpoint(stack.endpoint, asked)
    return found


_WITHOUT_ACCOUNT = {IDENTITY: NO_IDENTITY, BOUNDARY: SILENT, SESSION: SILENT}


def _of_caller(stack: PolicyStack, request: Request, asked: Asked) -> dict[str, Said]:
    caller = request.principal
    found = {
        IDENTITY: _EVERYTHING if caller.type == "root" else ask(stack.identity, IDENTITY, asked),
        BOUNDARY: ask(stack.boundary, BOUNDARY, asked) if caller.may_be_bounded else SILENT,
        SESSION: _session(stack, request, asked),
    }
    limits = limits_of(caller)
    if limits is not None:
        found[CREDENTIALS] = ask(limits, CREDENTIALS, asked)
    return found


def _session(stack: PolicyStack, request: Request, asked: Asked) -> Said:
    """SES-01: a federated user's session without a policy has no permission of the identity's. SES-02: AssumeRoot's
    sessions always have one of AWS's task policies.
    """
    if stack.session is None and request.principal.type == "federated_user":
        return _NO_PERMISSION
    if (
        stack.session is None
        and request.principal.type == "root"
        and asked.context.look("aws:assumedroot") == ("true",)
    ):
        return Said(U, U, unread=True)
    return ask(stack.session, SESSION, asked)


def _scp(stack: PolicyStack, request: Request, asked: Asked) -> Said:
    applies = F
    if stack.service_control is not None:
        applies = under_scp(request, tasks_beyond=stack.switches.tasks_beyond_scps)
    if applies == F:
        return SILENT
    said = ask_levels(stack.service_control, SCP, asked)
    return said if applies == T else said.perhaps()


def _rcp(stack: PolicyStack, request: Request, asked: Asked, quirks: Quirks) -> Said:
    applies = F
    if stack.resource_control is not None and not quirks.spared_by_rcp(request):
        applies = under_rcp(request, services_too=stack.switches.rcps_reach_services)
    if applies == F:
        return SILENT
    said = ask_rcp(stack.resource_control, asked)
    return said if applies == T else said.perhaps()


def _of_unknown_owner(asking: _Asking, denied: Truth) -> Answer:
    """TRI-08: both cases, and the answer where they agree."""
    at_home, abroad = (_allowed(asking, same=same) for same in (True, False))
    allowed = at_home if at_home == abroad else U
    same = True if at_home == abroad else None
    needs = asking.explicit
    return Answer(
        min(negated(denied), allowed), denied, asking.layers, asking.granted, same, needs_resource=needs
    )


def _allowed(asking: _Asking, *, same: bool) -> Truth:
    """Section 6, without the denies: EVAL-10 within one account, EVAL-13 across."""
    layers, caller = asking.layers, asking.request.principal
    guards = min(layers[SCP].allow, layers[RCP].allow, layers[ENDPOINT].allow)
    if CREDENTIALS in layers:
        guards = min(guards, layers[CREDENTIALS].allow)
    by_kind = _joined(layers[RESOURCE].by_kind, asking.granted.by_kind)
    if not caller.account:
        return min(guards, _without_account(asking.request, by_kind))
    limits = min(layers[BOUNDARY].allow, layers[SESSION].allow)
    identity = min(layers[IDENTITY].allow, limits)
    if not same:
        return min(guards, _across(asking, by_kind, identity, limits))
    if asking.explicit:  # EVAL-11
        identity = min(identity, by_kind.get(Kind.ACCOUNT, F))
    return min(guards, max(identity, _direct(by_kind, limits)))


def _direct(by_kind: Mapping[Kind, Truth], limits: Truth) -> Truth:
    """EVAL-12: what needs no permission of the identity's. Through USER, SESSION and ANY a resource allows whatever
    boundary and session policies leave out; through ROLE and FEDERATED_PARENT only what they allow.
    """
    if not by_kind:
        return F
    unlimited = max(by_kind.get(Kind.USER, F), by_kind.get(Kind.SESSION, F), by_kind.get(Kind.ANY, F))
    limited = max(by_kind.get(Kind.ROLE, F), by_kind.get(Kind.FEDERATED_PARENT, F))
    return max(unlimited, min(limits, limited))


def _across(asking: _Asking, by_kind: Mapping[Kind, Truth], identity: Truth, limits: Truth) -> Truth:
    """EVAL-13: both sides. EVAL-18: of a foreign root the identity's side is true."""
    if asking.quirks.at_home_only(asking.request):  # EVAL-20
        return F
    both = min(any_of(by_kind.values()), identity)
    if asking.stack.switches.unsigned_calls_reach_everyone and asking.quirks.unsigned(asking.request):
        both = max(both, by_kind.get(Kind.ANY, F))  # EVAL-19
    return max(both, _direct(asking.granted.own, limits))


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
