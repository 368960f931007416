"""S3: ACLs are allows of their own (S3-02); block public access takes some back (S3-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloud_entitlements.policy.layers import Said
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.public import is_public
from cloud_entitlements.policy.services.quirks import Granted, Quirks
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, PolicyStack
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import F, T, Truth, U

_GROUPS = "http://acs.amazonaws.com/groups/"
_ALL, _AUTHENTICATED = f"{_GROUPS}global/AllUsers", f"{_GROUPS}global/AuthenticatedUsers"
_BUCKET = {
    "READ": ("s3:listbucket", "s3:listbucketversions", "s3:listbucketmultipartuploads"),
    "WRITE": ("s3:putobject", "s3:deleteobject", "s3:deleteobjectversion"),
    "READ_ACP": ("s3:getbucketacl",),
    "WRITE_ACP": ("s3:putbucketacl",),
}
_OBJECT = {
    "READ": ("s3:getobject", "s3:getobjectversion"),
    "READ_ACP": ("s3:getobjectacl", "s3:getobjectversionacl"),
    "WRITE_ACP": ("s3:putobjectacl", "s3:putobjectversionacl"),
}


def _grants(request: Request, stack: PolicyStack, asked: Asked) -> Granted:
    settings = stack.s3
    if settings is UNREAD:
        return {Kind.ANY: U, Kind.ACCOUNT: U}
    if settings is None or not settings.acl_counts:
        return {}
    found: Granted = {}
    for grant in settings.acl:
        kind = _to(grant.get("Grantee", {}), request, public=not settings.ignore_public_acls)
        if kind is not None and asked.action in _covered(str(grant.get("Permission", "")), request.resource):
            found[kind[0]] = max(found.get(kind[0], F), kind[1])
    return found


def _covered(permission: str, resource: str) -> frozenset[str]:
    table = _OBJECT if "/" in resource.partition(":::")[2] else _BUCKET
    names = table if permission == "FULL_CONTROL" else (permission,)
    return frozenset(action for name in names for action in table.get(name, ()))


def _to(grantee: Mapping[str, Any], request: Request, *, public: bool) -> tuple[Kind, Truth] | None:
    uri = grantee.get("URI")
    if uri == _ALL:
        return (Kind.ANY, T) if public else None
    if uri == _AUTHENTICATED:
        return (Kind.ANY, T) if public and request.principal.account else None
    if grantee.get("ID") and request.principal.account:
        return Kind.ACCOUNT, U  # whose canonical id it is, is not known here
    return None


def _resource_said(request: Request, stack: PolicyStack, said: Said) -> Said:
    """S3-03: a public policy that is restricted leaves the owner's account and service principals."""
    settings = stack.s3
    if settings is None or said.unread or not isinstance(stack.resource, tuple):
        return said
    if settings is not UNREAD and not settings.restrict_public_buckets:
        return said
    policies = [one.policy for one in stack.resource if isinstance(one, CompiledPolicy)]
    if request.principal.account == request.owner or request.principal.type == "service":
        return said
    if not any(is_public(policy) for policy in policies):
        return said
    limit = U if settings is UNREAD else F
    by_kind = {kind: min(truth, limit) for kind, truth in said.by_kind.items()}
    return replace(said, allow=min(said.allow, limit), by_kind=by_kind)


QUIRKS = Quirks(grants=_grants, resource_said=_resource_said)
