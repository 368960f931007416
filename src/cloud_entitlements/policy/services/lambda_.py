"""Lambda: a function URL needs two permissions (LAM-01), the second with a key that says so (LAM-02)."""

from __future__ import annotations

from dataclasses import replace

from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import Quirks
from cloud_entitlements.policy.stack import PolicyStack

_URL, _INVOKE = "lambda:invokefunctionurl", "lambda:InvokeFunction"
_VIA_URL = "lambda:invokedviafunctionurl"


def _unsigned(request: Request) -> bool:
    return request.action.lower() == _URL


def _also(request: Request, stack: PolicyStack) -> tuple[Request, ...]:
    if request.action.lower() != _URL:
        return ()
    context = request.context
    if stack.switches.url_calls_carry_their_keys:
        context = context.with_states({_VIA_URL: ("true",)})
    return (replace(request, action=_INVOKE, context=context),)


QUIRKS = Quirks(unsigned=_unsigned, also=_also)
