"""KMS: keys are explicit resources (KMS-01); grants allow besides the key policy (KMS-02, KMS-05).

KMS-03: actions on an alias are asked twice, of the alias and of its key, and only the key is explicit. KMS-04: reading an
encrypted object or secret is a question of its own beside `kms:Decrypt`.
"""

from __future__ import annotations

from cloud_entitlements.policy.document import OLD_VERSION, Policy
from cloud_entitlements.policy.layers import ask_resource
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.quirks import NOTHING, Granted, Quirks
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import U

_WITHOUT_KEY = frozenset(
    {
        "kms:connectcustomkeystore",
        "kms:createcustomkeystore",
        "kms:createkey",
        "kms:deletecustomkeystore",
        "kms:describecustomkeystores",
        "kms:disconnectcustomkeystore",
        "kms:generaterandom",
        "kms:listaliases",
        "kms:listkeys",
        "kms:listretirablegrants",
        "kms:updatecustomkeystore",
    }
)
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
        "kms:listkeyrotations",
        "kms:listresourcetags",
        "kms:putkeypolicy",
        "kms:replicatekey",
        "kms:rotatekeyondemand",
        "kms:schedulekeydeletion",
        "kms:tagresource",
        "kms:untagresource",
        "kms:updatealias",
        "kms:updatekeydescription",
        "kms:updateprimaryregion",
    }
)
_GRANTS = "kms_grants"
_NONE = CompiledPolicy(Policy(OLD_VERSION, ()))
"""Keeps the place of a grant that stands on the other list."""
_NOT_READ = dict.fromkeys((Kind.SESSION, Kind.ROLE, Kind.USER, Kind.SERVICE), U)
_RETIRE = "kms:retiregrant"


def _explicit(request: Request) -> bool:
    return ":alias/" not in request.resource and request.lowered not in _WITHOUT_KEY


def _at_home_only(request: Request) -> bool:
    return request.lowered in _AT_HOME_ONLY


def _spared(request: Request) -> bool:
    return request.aws_managed or request.lowered == _RETIRE  # RCP-03


def _grants(request: Request, stack: PolicyStack, asked: Asked) -> Granted:
    if stack.grants is UNREAD:
        return Granted(_NOT_READ, _NOT_READ, unread=(_GRANTS,))
    if not stack.grants:
        return NOTHING
    caller = request.principal.account
    foreign = caller != request.owner
    own = tuple(one.policy if foreign and one.issued_by == caller else _NONE for one in stack.grants)
    others = tuple(
        one.policy if mine is _NONE else _NONE for one, mine in zip(stack.grants, own, strict=True)
    )
    by_owner, by_caller = ask_resource(others, _GRANTS, asked), ask_resource(own, _GRANTS, asked)
    met = (*by_owner.met, *by_caller.met)
    if (
        asked.action == _RETIRE
    ):  # KMS-05: across accounts the caller's identity must allow retiring all the same
        both = {**by_owner.by_kind, **by_caller.by_kind}
        return Granted(both, met=met)
    return Granted(by_owner.by_kind, by_caller.by_kind, met)


QUIRKS = Quirks(explicit=_explicit, at_home_only=_at_home_only, grants=_grants, spared_by_rcp=_spared)
