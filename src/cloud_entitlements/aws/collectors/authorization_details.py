"""Users, groups, roles, and the managed policies that are attached: all of IAM in pages of up to 1,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from cloud_entitlements.aws.collecting import Collector, Row, Scope, moment, pages
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.documents import canonical

PAGE = 1000
# AWS managed policies come only where attached; asking for unattached local ones shows what could be attached.
KINDS = ["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]


def collect(session: AwsSession, _scope: Scope) -> Iterator[Row]:
    client = session.client("iam")
    for page in pages(client.get_account_authorization_details, Filter=KINDS, MaxItems=PAGE):
        for field, normalize in _NORMALIZE.items():
            for entity in page.get(field, []):
                yield from normalize(entity)


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


_NORMALIZE: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {
    "UserDetailList": _user,
    "GroupDetailList": _group,
    "RoleDetailList": _role,
    "Policies": _policy,
}

COLLECTOR = Collector(
    name="authorization_details",
    level="account",
    cadence=timedelta(0),
    tables=("users", "groups", "roles", "managed_policies", "documents"),
    operations=("iam:GetAccountAuthorizationDetails",),
    collect=collect,
)
