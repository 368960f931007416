"""The formula of section 6, in three values: every layer's answer, and what they come to together.

Pure and quick: `evaluate` asks it once for what is known, and again for each case of what is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloud_entitlements.policy.layers import (
    BOUNDARY,
    ENDPOINT,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
    SILENT,
    Said,
    ask,
    ask_levels,
    ask_resource,
)
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.rcp import rcp_services
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.services.quirks import Granted, Quirks
from cloud_entitlements.policy.stack import PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import F, T, Truth, U, all_of, any_of, negated

_UNLIMITED = (Kind.USER, Kind.SESSION, Kind.ANY)
"""Through these a resource policy allows whatever boundary and session policies leave out (EVAL-12)."""
_LIMITED = (Kind.ROLE, Kind.FEDERATED_PARENT)


@dataclass(frozen=True, slots=True)
class Answer:
    allowed: Truth
    denied: Truth
    """By a Deny somewhere (EVAL-01)."""
    layers: dict[str, Said] = field(default_factory=dict)
    granted: Granted = field(default_factory=dict)
    """At the resource, besides its policy."""
    same_account: bool | None = None
    """None: whose the resource is, is not known, and it matters."""
    settled: bool = False
    """No policy decides it."""


def decide(stack: PolicyStack, request: Request, asked: Asked) -> Answer:
    quirks = quirks_of(request.service)
    settled = quirks.settled(request)
    if settled is not None:
        return Answer(settled, F, settled=True)
    layers = _layers(stack, request, asked, quirks)
    denied = any_of(said.deny for said in layers.values())
    granted = quirks.grants(request, stack, asked)
    if request.owner is None and request.principal.account:
        return _of_unknown_owner(request, quirks, layers, granted, denied)
    same = request.owner == request.principal.account
    allowed = _allowed(request, quirks, layers, granted, same=same)
    return Answer(min(negated(denied), allowed), denied, layers, granted, same)


def _layers(stack: PolicyStack, request: Request, asked: Asked, quirks: Quirks) -> dict[str, Said]:
    has_account = bool(request.principal.account)
    resource = quirks.resource_said(request, stack, ask_resource(stack.resource, RESOURCE, asked))
    return {
        IDENTITY: _identity(stack, request, asked) if has_account else Said(F, F),
        BOUNDARY: ask(stack.boundary, BOUNDARY, asked) if has_account else SILENT,
        SESSION: _session(stack, request, asked) if has_account else SILENT,
        RESOURCE: resource,
        SCP: ask_levels(stack.service_control, SCP, asked) if _under_scp(request) else SILENT,
        RCP: ask_levels(stack.resource_control, RCP, asked) if _under_rcp(request, quirks) else SILENT,
        ENDPOINT: ask(stack.endpoint, ENDPOINT, asked),
    }


def _identity(stack: PolicyStack, request: Request, asked: Asked) -> Said:
    said = ask(stack.identity, IDENTITY, asked)
    if request.principal.type == "root":  # ROOT-01
        return Said(T, said.deny, said.met, unread=False)
    return said


def _session(stack: PolicyStack, request: Request, asked: Asked) -> Said:
    """SES-01: a federated user's session without a policy has no permission of the identity's."""
    if stack.session is None and request.principal.type == "federated_user":
        return Said(F, F)
    return ask(stack.session, SESSION, asked)


def _under_scp(request: Request) -> bool:
    """SCP-02."""
    caller = request.principal
    if not caller.account or caller.service_linked:
        return False
    return request.principal_home is None or not request.principal_home.management


def _under_rcp(request: Request, quirks: Quirks) -> bool:
    """RCP-03, RCP-04."""
    if request.service not in rcp_services() or request.principal.service_linked:
        return False
    if request.resource_home is not None and request.resource_home.management:
        return False
    return not quirks.spared_by_rcp(request)


def _of_unknown_owner(
    request: Request, quirks: Quirks, layers: dict[str, Said], granted: Granted, denied: Truth
) -> Answer:
    """TRI-08: both cases, and the answer where they agree."""
    cases = [_allowed(request, quirks, layers, granted, same=same) for same in (True, False)]
    allowed = cases[0] if cases[0] == cases[1] else U
    return Answer(min(negated(denied), allowed), denied, layers, granted, None if allowed == U else True)


def _allowed(
    request: Request, quirks: Quirks, layers: dict[str, Said], granted: Granted, *, same: bool
) -> Truth:
    """Section 6, without the denies."""
    guards = all_of(layers[name].allow for name in (SCP, RCP, ENDPOINT))
    by_kind = _joined(layers[RESOURCE].by_kind, granted)
    caller = request.principal
    if not caller.account:
        return min(guards, _without_account(request, by_kind))
    limits = min(layers[BOUNDARY].allow, layers[SESSION].allow)
    identity = min(layers[IDENTITY].allow, limits)
    if not same:  # EVAL-13
        if quirks.at_home_only(request):
            return F
        return min(guards, any_of(by_kind.values()), identity)
    direct = any_of(by_kind.get(kind, F) for kind in _UNLIMITED)
    limited = min(limits, any_of(by_kind.get(kind, F) for kind in _LIMITED))
    if quirks.explicit(request):  # EVAL-11
        identity = min(identity, by_kind.get(Kind.ACCOUNT, F))
    return min(guards, max(identity, direct, limited))


def _without_account(request: Request, by_kind: Granted) -> Truth:
    """EVAL-15, TRUST-04."""
    own = {"service": Kind.SERVICE, "federated": Kind.FEDERATED}.get(request.principal.type)
    if request.principal.type == "federated":
        return by_kind.get(Kind.FEDERATED, F)
    return max(by_kind.get(Kind.ANY, F), by_kind.get(own, F) if own else F)


def _joined(first: Granted, second: Granted) -> Granted:
    return {kind: max(first.get(kind, F), second.get(kind, F)) for kind in {*first, *second}}
