"""Rows of what `GetAccountAuthorizationDetails` answers: users, groups, roles, managed policies.

One way from AWS's shapes to the tables, whether the account was asked or a file of its answer was given. Policy
documents may be objects, JSON text or URL-encoded text. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cloud_entitlements.inventory.documents import canonical
from cloud_entitlements.inventory.moments import moment

Row = tuple[str, Mapping[str, object]]
"""A table of `tables` and one row of it."""


def _user(found: dict[str, Any]) -> Iterator[Row]:
    inline = yield from _inline(found.get("UserPolicyList", []))
    groups = found.get("GroupList", [])
    more = {"groups": groups, "boundary": _boundary(found), "tags": _tags(found)}
    yield "users", {**_entity(found, "User"), "inline": inline, **more}


def _group(found: dict[str, Any]) -> Iterator[Row]:
    inline = yield from _inline(found.get("GroupPolicyList", []))
    yield "groups", {**_entity(found, "Group"), "inline": inline}


def _role(found: dict[str, Any]) -> Iterator[Row]:
    inline = yield from _inline(found.get("RolePolicyList", []))
    trust = canonical(found.get("AssumeRolePolicyDocument", ""))
    yield "documents", trust.row()
    used = found.get("RoleLastUsed") or {}
    yield (
        "roles",
        {
            **_entity(found, "Role"),
            "trust": trust.sha256,
            "inline": inline,
            "boundary": _boundary(found),
            "tags": _tags(found),
            "instance_profiles": [profile["Arn"] for profile in found.get("InstanceProfileList", [])],
            "last_used_at": moment(used.get("LastUsedDate")),
            "last_used_region": used.get("Region"),
        },
    )


def _policy(found: dict[str, Any]) -> Iterator[Row]:
    versions = []
    for version in found.get("PolicyVersionList", []):
        document = canonical(version.get("Document", ""))
        yield "documents", document.row()
        created_at = moment(version.get("CreateDate"))
        versions.append({"id": version["VersionId"], "document": document.sha256, "created_at": created_at})
    default = found.get("DefaultVersionId")
    yield (
        "managed_policies",
        {
            "arn": found["Arn"],
            "id": found.get("PolicyId"),
            "name": found.get("PolicyName"),
            "path": found.get("Path"),
            "aws_managed": found["Arn"].split(":")[4] == "aws",
            "attachment_count": found.get("AttachmentCount"),
            "boundary_count": found.get("PermissionsBoundaryUsageCount"),
            "default_version": default,
            "document": next((version["document"] for version in versions if version["id"] == default), None),
            "versions": versions,
            "updated_at": moment(found.get("UpdateDate")),
        },
    )


def _entity(found: dict[str, Any], kind: str) -> dict[str, object]:
    return {
        "arn": found["Arn"],
        "id": found.get(f"{kind}Id"),
        "name": found.get(f"{kind}Name"),
        "path": found.get("Path"),
        "created_at": moment(found.get("CreateDate")),
        "attached": [policy["PolicyArn"] for policy in found.get("AttachedManagedPolicies", [])],
    }


def _inline(policies: list[dict[str, Any]]) -> Any:
    """Yields the documents, returns name and SHA-256 of each."""
    named = []
    for policy in policies:
        document = canonical(policy["PolicyDocument"])
        yield "documents", document.row()
        named.append({"name": policy["PolicyName"], "document": document.sha256})
    return named


def _boundary(found: dict[str, Any]) -> str | None:
    boundary: str | None = (found.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return boundary


def _tags(found: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}


NORMALIZE: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {
    "UserDetailList": _user,
    "GroupDetailList": _group,
    "RoleDetailList": _role,
    "Policies": _policy,
}
"""The lists of a page, each with what makes rows of one of its entries."""
