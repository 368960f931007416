"""The layers that apply to a principal and a resource, and where each policy in them can be looked up."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloud_entitlements.access.control import RCP, SCP, Controls
from cloud_entitlements.access.errors import NotFound
from cloud_entitlements.access.organization import Identity, Organization, ResourcePolicy, Source
from cloud_entitlements.access.resources import keeps_policies
from cloud_entitlements.inventory.layers import AUTHORIZATION_DETAILS
from cloud_entitlements.policy import UNREAD, PolicyStack
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.services.blocks import effective
from cloud_entitlements.policy.stack import Layer, Levels, Member, S3Settings, Unread


@dataclass(frozen=True, slots=True)
class Gathered:
    stack: PolicyStack
    tell_sources: Callable[[], Mapping[str, str]]
    """By the place in the stack, `identity[0]`: where a person finds that policy. Few who ask look."""


def gather(
    organization: Organization,
    controls: Controls,
    principal: Principal,
    action: str,
    resource: str,
    owner: str | None,
    *,
    through_endpoint: bool = False,
) -> Gathered:
    """Raises NotFound when the principal's account was read and it is not there."""
    identity = _identity(organization, principal)
    held = identity.policies if identity else ()
    known = identity is not None or not principal.account or principal.type == "root"
    stack = PolicyStack(
        identity=organization.policies(one.document for one in held) if known else UNREAD,
        boundary=_boundary(organization, identity) if known else UNREAD,
        resource=_of_resource(organization, action, resource),
        service_control=_service_control(controls, principal),
        resource_control=controls.of(owner, RCP),
        # Grants are not collected: one may allow what no policy does.
        grants=UNREAD if _service(action) == "kms" else (),
        s3=_of_bucket(organization, resource) if _service(action) == "s3" else None,
        endpoint=UNREAD if through_endpoint else None,  # VPCE-01: nor are policies of endpoints
    )

    def tell_sources() -> Mapping[str, str]:
        return {
            **_sources(held, identity),
            **_control_words(organization, "scp", principal.account),
            **_control_words(organization, "rcp", owner),
            "resource[0]": _resource_words(organization, resource),
        }

    return Gathered(stack, tell_sources)


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def _identity(organization: Organization, principal: Principal) -> Identity | None:
    """None: outside the snapshot, or of no account. A session stands for its role."""
    if principal.type not in ("user", "role", "session"):
        return None
    found = organization.identities.get(principal.arn)
    if found is None and principal.type == "session":
        found = organization.role_named(principal.account, principal.name)
    if found is None and organization.was_read(principal.account, AUTHORIZATION_DETAILS):
        raise NotFound(
            f"`{principal.arn}` is not in account `{principal.account}`, which was read",
            "check the spelling and the path: `ciem snapshot list` says how old the snapshot is",
        )
    return found


def _boundary(organization: Organization, identity: Identity | None) -> Layer:
    if identity is None or identity.boundary is None:
        return None
    document = organization.managed.get(identity.boundary)
    found: tuple[Member, ...] = (organization.policy(document),)
    return found


def _of_bucket(organization: Organization, resource: str) -> S3Settings | Unread:
    """S3-02: where ACLs count, they may allow what no policy does, and they are not read."""
    known = _known(organization, resource)
    settings = json.loads(known.settings) if known and known.settings else {}
    if settings.get("object_ownership") != "BucketOwnerEnforced" or "block_public_access" not in settings:
        return UNREAD
    blocks = effective(settings["block_public_access"])
    return S3Settings(
        ignore_public_acls=blocks["IgnorePublicAcls"], restrict_public_buckets=blocks["RestrictPublicBuckets"]
    )


def _known(organization: Organization, resource: str) -> ResourcePolicy | None:
    policies = organization.resource_policies
    return policies.get(resource) or policies.get(holder_of(resource))


def _of_resource(organization: Organization, action: str, resource: str) -> Layer:
    """A role's is its trust policy; others may be in the snapshot; a service that has none has none (EVAL-16)."""
    if resource.split(":")[2:3] == ["iam"] and ":role/" in resource:
        if _service(action) != "sts":
            return None
        role = organization.identities.get(resource)
        return (organization.policy(role.trust),) if role else UNREAD
    known = _known(organization, resource)
    if known is not None:
        return (organization.policy(known.document),) if known.document else None
    return UNREAD if keeps_policies(action, resource) else None


def _resource_words(organization: Organization, resource: str) -> str:
    role = organization.identities.get(resource)
    return f"trust policy of {role.name}" if role and role.type == "role" else f"policy of {resource}"


def holder_of(resource: str) -> str:
    """The bucket of an object: its policy is the bucket's."""
    head, colons, rest = resource.partition(":::")
    return f"{head}{colons}{rest.partition('/')[0]}" if colons else resource


def _control_words(organization: Organization, layer: str, account: str | None) -> dict[str, str]:
    """By place: `RestrictRegions at ou-ab12-11111111`."""
    if not account or account not in organization.accounts:
        return {}
    type_ = SCP if layer == "scp" else RCP
    return {
        f"{layer}[{level}][{number}]": f"{organization.control_names.get((node, sha256), 'a policy')} at {node}"
        for level, node in enumerate(organization.nodes(account))
        for number, sha256 in enumerate(organization.control_policies.get((type_, node), ()))
    }


def _service_control(controls: Controls, principal: Principal) -> Levels:
    return controls.of(principal.account, SCP) if principal.account else None


def _sources(held: tuple[Source, ...], identity: Identity | None) -> dict[str, str]:
    found = {f"identity[{number}]": one.words for number, one in enumerate(held)}
    if identity and identity.boundary:
        found["boundary[0]"] = f"permissions boundary {identity.boundary}"
    return found
