"""Lambda: a function URL needs two permissions (LAM-01), the second with a key that says so (LAM-02)."""

from __future__ import annotations

from dataclasses import replace

from cloud_entitlements.policy.context import PRESENT, UNKNOWN
from cloud_entitlements.policy.layers import Said
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import Quirks, Ways
from cloud_entitlements.policy.stack import PolicyStack

_URL, _INVOKE = "lambda:invokefunctionurl", "lambda:InvokeFunction"
_AUTH = "lambda:functionurlauthtype"
_VIA_URL = "lambda:invokedviafunctionurl"


def _open_url(request: Request) -> bool:
    """LAM-01: a URL without authentication looks at nobody's signature, so only what everybody may counts."""
    return request.context.states.get(_AUTH) == ("NONE",)


def _ways(request: Request) -> Ways | None:
    """LAM-01: whose signature is looked at hangs on how the URL was made."""
    open_ = request.lowered == _URL and request.context.look(_AUTH) in (UNKNOWN, PRESENT)
    return (_AUTH, ("AWS_IAM", "NONE")) if open_ else None


def _resource_said(request: Request, _stack: PolicyStack, said: Said) -> Said:
    if not said.by_kind or not _open_url(request):
        return said
    return said._replace(by_kind={kind: truth for kind, truth in said.by_kind.items() if kind is Kind.ANY})


def _unsigned(request: Request) -> bool:
    return request.lowered == _URL


def _also(request: Request, stack: PolicyStack) -> tuple[Request, ...]:
    if request.lowered != _URL:
        return ()
    context = request.context
    if stack.switches.url_calls_carry_their_keys:
        context = context.with_states({_VIA_URL: ("true",)})
    return (replace(request, action=_INVOKE, context=context),)


QUIRKS = Quirks(explicit=_open_url, resource_said=_resource_said, unsigned=_unsigned, ways=_ways, also=_also)
