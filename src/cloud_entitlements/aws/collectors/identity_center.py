"""Identity Center: permission sets, whom they are assigned to in which accounts, and the people and groups themselves.

Of people an id, user name, display name and whether they are enabled are kept; e-mail addresses, phone numbers and all
else of AWS's answer are dropped here. Where a KMS key of the customer's own encrypts some of it and the role may not
use that key, the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from cloud_entitlements.aws.collecting import Collector, PartlyRead, Row, Scope
from cloud_entitlements.aws.collectors.identity_center_home import SERVICE, Instance, find_instance
from cloud_entitlements.aws.collectors.pace import IDENTITY_CENTER, Paced, paced
from cloud_entitlements.aws.failures import is_sealed
from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory.documents import canonical

PAGE = 100
_ENABLED = {"ENABLED": True, "DISABLED": False}


@dataclass(frozen=True, slots=True)
class _Center:
    instance: Instance
    tell: Callable[[int, int, str], None]
    sso: Paced
    directory: Paced

    def one(self, operation: str, **arguments: object) -> dict[str, Any]:
        return self.sso.one(operation, InstanceArn=self.instance.arn, **arguments)

    def all(self, operation: str, field: str, **arguments: object) -> Iterator[Any]:
        return self.sso.all(operation, field, InstanceArn=self.instance.arn, MaxResults=PAGE, **arguments)

    def listed(self, operation: str, field: str, **arguments: object) -> Iterator[dict[str, Any]]:
        """Of the identity store."""
        own = {"IdentityStoreId": self.instance.identity_store_id, "MaxResults": PAGE}
        return self.directory.all(operation, field, **own, **arguments)


def collect(session: AwsSession, scope: Scope) -> Iterator[Row]:
    instance = find_instance(session, scope)
    if instance is None:
        return
    clients = (session.client(service, instance.region) for service in (SERVICE, "identitystore"))
    center = _Center(
        instance, scope.tell, *(paced(client, IDENTITY_CENTER, session.pause) for client in clients)
    )
    sealed: list[PartlyRead] = []
    for call, read in _PARTS:
        try:
            yield from read(center)
        except ClientError as error:
            if not is_sealed(error):
                raise
            sealed.append(PartlyRead(error, call))
    if sealed:
        raise sealed[0]


def _instance(center: _Center) -> Iterator[Row]:
    found = center.instance
    row = {"instance_arn": found.arn, "identity_store_id": found.identity_store_id, "region": found.region}
    try:
        key = center.one("describe_instance").get("EncryptionConfigurationDetails", {}).get("KmsKeyArn")
    except ClientError:
        yield "identity_center", {**row, "owner": found.owner}
        raise
    yield "identity_center", {**row, "owner": found.owner, "kms_key": key}


def _permission_sets(center: _Center) -> Iterator[Row]:
    arns = list(center.all("list_permission_sets", "PermissionSets"))
    for number, arn in enumerate(arns):
        center.tell(number, len(arns), "permission sets")
        found = center.one("describe_permission_set", PermissionSetArn=arn)["PermissionSet"]
        inline = center.one("get_inline_policy_for_permission_set", PermissionSetArn=arn).get("InlinePolicy")
        document = canonical(inline) if inline else None
        if document:
            yield "documents", document.row()
        own = {"arn": arn, "name": found["Name"], "session_duration": found.get("SessionDuration")}
        yield (
            "permission_sets",
            {
                **own,
                **_attached(center, arn),
                **_boundary(center, arn),
                "inline": document.sha256 if document else None,
            },
        )


def _attached(center: _Center, arn: str) -> dict[str, object]:
    managed = center.all(
        "list_managed_policies_in_permission_set", "AttachedManagedPolicies", PermissionSetArn=arn
    )
    customer = center.all(
        "list_customer_managed_policy_references_in_permission_set",
        "CustomerManagedPolicyReferences",
        PermissionSetArn=arn,
    )
    return {"attached": [one["Arn"] for one in managed], "customer": [_reference(one) for one in customer]}


def _boundary(center: _Center, arn: str) -> dict[str, object]:
    try:
        answer = center.one("get_permissions_boundary_for_permission_set", PermissionSetArn=arn)
    except ClientError as error:
        if is_sealed(error) or error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return {}  # AWS's answer where there is none
    found = answer.get("PermissionsBoundary") or {}
    customer = found.get("CustomerManagedPolicyReference")
    return {
        "boundary": found.get("ManagedPolicyArn"),
        "customer_boundary": _reference(customer) if customer else None,
    }


def _reference(found: dict[str, Any]) -> dict[str, str]:
    return {"name": found["Name"], "path": found.get("Path") or "/"}


def _assignments(center: _Center) -> Iterator[Row]:
    center.tell(0, 0, "assignments")
    pairs = [
        {"PermissionSetArn": arn, "AccountId": account}
        for arn in center.all("list_permission_sets", "PermissionSets")
        for account in center.all(
            "list_accounts_for_provisioned_permission_set", "AccountIds", PermissionSetArn=arn
        )
    ]
    for number, pair in enumerate(pairs):
        center.tell(number, len(pairs), "assignments")
        for found in center.all("list_account_assignments", "AccountAssignments", **pair):
            yield (
                "account_assignments",
                {
                    "permission_set": pair["PermissionSetArn"],
                    "target_id": pair["AccountId"],
                    "principal_type": found["PrincipalType"],
                    "principal_id": found["PrincipalId"],
                },
            )


def _users(center: _Center) -> Iterator[Row]:
    center.tell(0, 0, "people")
    for found in center.listed("list_users", "Users"):
        own = {"id": found["UserId"], "name": found.get("UserName"), "display_name": found.get("DisplayName")}
        yield "directory_users", {**own, "enabled": _ENABLED.get(found.get("UserStatus", ""))}


def _groups(center: _Center) -> Iterator[Row]:
    center.tell(0, 0, "groups")
    groups = list(center.listed("list_groups", "Groups"))
    for number, group in enumerate(groups):
        center.tell(number, len(groups), "groups and their members")
        yield "directory_groups", {"id": group["GroupId"], "name": group.get("DisplayName")}
        for found in center.listed("list_group_memberships", "GroupMemberships", GroupId=group["GroupId"]):
            yield (
                "directory_memberships",
                {"group_id": group["GroupId"], "user_id": found["MemberId"]["UserId"]},
            )


_PARTS: tuple[tuple[str, Callable[[_Center], Iterator[Row]]], ...] = (
    ("sso:DescribeInstance", _instance),
    ("sso:ListPermissionSets", _permission_sets),
    ("sso:ListAccountAssignments", _assignments),
    ("identitystore:ListUsers", _users),
    ("identitystore:ListGroups", _groups),
)
"""Each with the call that a gap names."""

COLLECTOR = Collector(
    name="identity_center",
    level="organization",
    # A call for each permission set and account; a large organization takes many minutes.
    cadence=timedelta(hours=1),
    tables=(
        "identity_center",
        "permission_sets",
        "account_assignments",
        "directory_users",
        "directory_groups",
        "directory_memberships",
        "documents",
    ),
    operations=(
        "sso:ListInstances",
        "sso:DescribeInstance",
        "sso:ListPermissionSets",
        "sso:DescribePermissionSet",
        "sso:ListManagedPoliciesInPermissionSet",
        "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
        "sso:GetInlinePolicyForPermissionSet",
        "sso:GetPermissionsBoundaryForPermissionSet",
        "sso:ListAccountsForProvisionedPermissionSet",
        "sso:ListAccountAssignments",
        "identitystore:ListUsers",
        "identitystore:ListGroups",
        "identitystore:ListGroupMemberships",
    ),
    collect=collect,
)
