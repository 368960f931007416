"""S3: ACLs are allows of their own (S3-02); block public access takes some back (S3-03); objects may be another's (S3-06).

S3-01: the ARN of a bucket or object names no account: whose it is comes with the question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_entitlements.policy.context import ABSENT, UNKNOWN, Context
from cloud_entitlements.policy.layers import Said
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.services.public import is_public
from cloud_entitlements.policy.services.quirks import NOTHING, Granted, Quirks
from cloud_entitlements.policy.stack import UNREAD, CompiledPolicy, PolicyStack, S3Settings
from cloud_entitlements.policy.statement import Asked
from cloud_entitlements.policy.truth import F, T, Truth, U

_GROUPS = "http://acs.amazonaws.com/groups/"
_ALL, _AUTHENTICATED = f"{_GROUPS}global/AllUsers", f"{_GROUPS}global/AuthenticatedUsers"
# AWS, "Mapping of ACL permissions and access policy permissions"
_BUCKET = {
    "READ": ("s3:listbucket", "s3:listbucketversions", "s3:listbucketmultipartuploads"),
    "WRITE": ("s3:putobject",),
    "READ_ACP": ("s3:getbucketacl",),
    "WRITE_ACP": ("s3:putbucketacl",),
}
_OBJECT = {
    "READ": ("s3:getobject", "s3:getobjectversion"),
    "READ_ACP": ("s3:getobjectacl", "s3:getobjectversionacl"),
    "WRITE_ACP": ("s3:putobjectacl", "s3:putobjectversionacl"),
}
_BUCKET_POLICY = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
_TAG = "aws:resourcetag/"
_ACCESS_GRANTS = "s3:getdataaccess"


def _grants(request: Request, stack: PolicyStack, asked: Asked) -> Granted:
    settings = stack.s3
    if settings is UNREAD:
        return Granted({Kind.ANY: U, Kind.ACCOUNT: U}, unread=("s3",))
    if settings is None or not settings.acl_counts or _restriction(request, stack) == F:
        return NOTHING
    found: dict[Kind, Truth] = {}
    for acl, table in ((settings.acl, _BUCKET), (settings.object_acl, _OBJECT)):
        for kind, truth in _of_acl(acl, table, request, settings, asked.action):
            found[kind] = max(found.get(kind, F), truth)
    return Granted(found, unread=("canonical_ids",) if U in found.values() else ())


def _of_acl(
    acl: Sequence[Mapping[str, Any]],
    table: Mapping[str, Sequence[str]],
    request: Request,
    settings: S3Settings,
    action: str,
) -> list[tuple[Kind, Truth]]:
    found = [
        _to(grant.get("Grantee") or {}, request, settings)
        for grant in acl
        if action in _covered(str(grant.get("Permission", "")), table)
    ]
    return [one for one in found if one is not None]


def _covered(permission: str, table: Mapping[str, Sequence[str]]) -> frozenset[str]:
    names = table if permission == "FULL_CONTROL" else (permission,)
    return frozenset(action for name in names for action in table.get(name, ()))


def _to(grantee: Mapping[str, Any], request: Request, settings: S3Settings) -> tuple[Kind, Truth] | None:
    uri, caller = grantee.get("URI"), request.principal
    public = not settings.ignore_public_acls
    if uri == _ALL:
        return (Kind.ANY, T) if public else None
    if uri == _AUTHENTICATED:
        return (Kind.ANY, T) if public and caller.account else None
    if not grantee.get("ID") or not caller.account:
        return None
    account = settings.canonical_ids.get(str(grantee["ID"]))
    if account is None:
        return Kind.ACCOUNT, U
    return (Kind.ACCOUNT, T) if account == caller.account else None


def _restriction(request: Request, stack: PolicyStack) -> Truth:
    """S3-03: a public policy that is restricted leaves the owner's account and service principals."""
    settings = stack.s3
    if settings is None or not isinstance(stack.resource, tuple):
        return T
    if settings is not UNREAD and not settings.restrict_public_buckets:
        return T
    if request.principal.account == request.owner or request.principal.type == "service":
        return T
    if not any(isinstance(one, CompiledPolicy) and is_public(one.policy) for one in stack.resource):
        return T
    owned = request.owner is not None or not request.principal.account
    return F if owned and settings is not UNREAD else U


def _resource_said(request: Request, stack: PolicyStack, said: Said) -> Said:
    caller = request.principal
    if caller.type == "root" and caller.account == request.owner and request.lowered in _BUCKET_POLICY:
        return said._replace(deny=F)  # ROOT-01: the owner's root may always mend the bucket's policy
    limit = F if _of_another(request, stack) else _restriction(request, stack)
    if limit == T or said.unread:
        return said
    by_kind = {kind: min(truth, limit) for kind, truth in said.by_kind.items()}
    return said._replace(allow=min(said.allow, limit), by_kind=by_kind)


def _of_another(request: Request, stack: PolicyStack) -> bool:
    """S3-06: an object that is not the bucket owner's is none of the bucket policy's to allow."""
    settings = stack.s3
    if not isinstance(settings, S3Settings) or not settings.acl_counts or not settings.object_owner:
        return False
    return request.owner not in (None, settings.object_owner) and "/" in request.resource


def _owner(request: Request, stack: PolicyStack) -> str | None:
    if isinstance(stack.s3, S3Settings) and _of_another(request, stack):
        return stack.s3.object_owner
    return request.owner


def _context(request: Request, stack: PolicyStack) -> Context:
    """S3-05: a bucket's tags count in decisions only where its ABAC is on."""
    if not stack.switches.bucket_tags_need_abac or not request.resource.startswith("arn:aws:s3:::"):
        return request.context
    abac = stack.s3.abac if isinstance(stack.s3, S3Settings) else None
    told = _TAG in " ".join(request.context.states)  # quicker than key by key, and asked of every call
    if abac or (abac is None and not told):
        return request.context
    return request.context.with_family(_TAG, UNKNOWN if abac is None else ABSENT)


def _unmodelled(request: Request, stack: PolicyStack) -> str:
    """S3-04: the access point's policy and the bucket's must both allow, and one question has one of them. S3-07."""
    if ":accesspoint/" not in request.resource and request.lowered != _ACCESS_GRANTS:
        return ""
    name = request.resource.partition(":accesspoint/")[2].partition("/")[0]
    if request.lowered == _ACCESS_GRANTS:
        return _variant("access_grants", stack)
    return _variant("multi_region_access_point", stack) if name.endswith(".mrap") else "access_point"


def _variant(name: str, stack: PolicyStack) -> str:
    return name if stack.switches.s3_variants_are_unknown else ""


def _always(_request: Request) -> bool:
    return True


QUIRKS = Quirks(
    grants=_grants,
    resource_said=_resource_said,
    owner=_owner,
    context=_context,
    unmodelled=_unmodelled,
    unsigned=_always,
)
VARIANTS = {
    service: Quirks(unmodelled=lambda _request, stack, name=service: _variant(name, stack))  # type: ignore[misc]
    for service in ("s3express", "s3-object-lambda", "s3-outposts")
}
"""S3-07."""
