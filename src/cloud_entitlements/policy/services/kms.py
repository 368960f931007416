"""KMS: keys are explicit resources (KMS-01); grants allow besides the key policy (KMS-02, KMS-05)."""

from __future__ import annotations

from cloud_entitlements.policy.context import ABSENT, Context, Unknown
from cloud_entitlements.policy.errors import MalformedRequest
from cloud_entitlements.policy.principal import Kind, Principal, parse_principal
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import Granted, Quirks
from cloud_entitlements.policy.stack import UNREAD, Grant, PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import F, T, Truth, U, all_of

_WITHOUT_KEY = frozenset({"kms:createkey", "kms:listkeys", "kms:listaliases", "kms:generaterandom"})
# AWS: "Allowing users in other accounts to use a KMS key" lists what works across accounts; these never do (EVAL-20).
_AT_HOME_ONLY = frozenset(
    {
        "kms:cancelkeydeletion",
        "kms:createalias",
        "kms:deletealias",
        "kms:deleteimportedkeymaterial",
        "kms:disablekey",
        "kms:disablekeyrotation",
        "kms:enablekey",
        "kms:enablekeyrotation",
        "kms:getkeypolicy",
        "kms:getparametersforimport",
        "kms:importkeymaterial",
        "kms:listkeypolicies",
        "kms:listresourcetags",
        "kms:putkeypolicy",
        "kms:replicatekey",
        "kms:schedulekeydeletion",
        "kms:tagresource",
        "kms:untagresource",
        "kms:updatealias",
        "kms:updatekeydescription",
        "kms:updateprimaryregion",
    }
)
_CONTEXT = "kms:encryptioncontext:"


def _explicit(request: Request) -> bool:
    return request.action.lower() not in _WITHOUT_KEY and ":alias/" not in request.resource


def _at_home_only(request: Request) -> bool:
    return request.action.lower() in _AT_HOME_ONLY


def _spared(request: Request) -> bool:
    return request.action.lower() == "kms:retiregrant"  # RCP-03


def _grants(request: Request, stack: PolicyStack, asked: Asked) -> Granted:
    if stack.grants is UNREAD:
        return {Kind.SESSION: U, Kind.ROLE: U, Kind.USER: U}
    found: Granted = {}
    operation = request.action.partition(":")[2].lower()
    for grant in stack.grants:
        kind = _to(grant, request.principal)
        if kind is None or operation not in {one.lower() for one in grant.operations}:
            continue
        truth = min(kind[1], _constrained(grant, asked.context))
        found[kind[0]] = max(found.get(kind[0], F), truth)
    return found


def _to(grant: Grant, caller: Principal) -> tuple[Kind, Truth] | None:
    from cloud_entitlements.policy.document import PrincipalElement
    from cloud_entitlements.policy.principal import match_principal

    try:
        parse_principal(grant.grantee)
    except MalformedRequest:
        return None
    type_ = "Service" if grant.grantee.endswith(".amazonaws.com") else "AWS"
    found = match_principal(PrincipalElement(((type_, grant.grantee),)), caller)
    return next(iter(found.items()), None)


def _constrained(grant: Grant, context: Context) -> Truth:
    subset = grant.encryption_context_subset or {}
    equal = grant.encryption_context_equals
    truth = all_of(_is(context, name, value) for name, value in {**subset, **(equal or {})}.items())
    if equal is None or truth == F:
        return truth
    more = [
        key
        for key in context.states
        if key.startswith(_CONTEXT) and key[len(_CONTEXT) :] not in _folded(equal)
    ]
    return (
        F if any(context.look(key) is not ABSENT for key in more) else min(truth, U if _open(context) else T)
    )


def _folded(names: object) -> set[str]:
    return {str(name).lower() for name in names}  # type: ignore[attr-defined]


def _open(context: Context) -> bool:
    """Could there be encryption context that is not known?"""
    return context.missing is not ABSENT


def _is(context: Context, name: str, value: str) -> Truth:
    state = context.look(f"{_CONTEXT}{name.lower()}")
    if state is ABSENT:
        return F
    if isinstance(state, Unknown):
        return U
    return T if value in state else F


QUIRKS = Quirks(explicit=_explicit, at_home_only=_at_home_only, grants=_grants, spared_by_rcp=_spared)
