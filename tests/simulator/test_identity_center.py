"""The simulated Identity Center answers as AWS's does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cloud_entitlements.simulator import process

MANAGER, MEMBER, HOME = "210000000001", "210000000054", "eu-central-1"
KEY = f"arn:aws:kms:eu-central-1:{MANAGER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
REGIONS = boto3.Session().get_available_regions("sso-admin")


@pytest.fixture
def sso(simulator: process.Running) -> Any:
    return simulator.client("sso-admin", MANAGER, HOME)


@pytest.fixture
def instance(sso: Any) -> Any:
    (found,) = sso.list_instances()["Instances"]
    return found


def error(call: Any) -> Any:
    with pytest.raises(ClientError) as raised:
        call()
    return raised.value.response


def test_one_region_has_the_instance_and_those_not_enabled_know_no_credentials(
    simulator: process.Running,
) -> None:
    found: dict[str, Any] = {}
    for region in REGIONS:
        try:
            client = simulator.client("sso-admin", MANAGER, region)
            found[region] = [one["OwnerAccountId"] for one in client.list_instances()["Instances"]]
        except ClientError as refused:
            found[region] = refused.response["Error"]
    refusal = {
        "Code": "UnrecognizedClientException",
        "Message": "The security token included in the request is invalid.",
    }
    assert found[HOME] == [MANAGER]
    assert found["us-east-1"] == found["sa-east-1"] == []
    assert found["eu-south-2"] == found["ap-east-1"] == refusal
    assert sum(answer == [] for answer in found.values()) == 16
    assert sum(answer == refusal for answer in found.values()) == len(REGIONS) - 17


def test_a_permission_set_has_what_the_seed_says(sso: Any, instance: Any) -> None:
    of = {"InstanceArn": instance["InstanceArn"]}
    sets = {
        sso.describe_permission_set(**of, PermissionSetArn=arn)["PermissionSet"]["Name"]: arn
        for arn in sso.list_permission_sets(**of)["PermissionSets"]
    }
    assert set(sets) == {"ReadOnly", "PowerUser", "Administrator", "Billing"}
    billing = {**of, "PermissionSetArn": sets["Billing"]}
    assert sso.get_permissions_boundary_for_permission_set(**billing)["PermissionsBoundary"] == {
        "CustomerManagedPolicyReference": {"Name": "finance-boundary", "Path": "/"}
    }
    read_only = {**of, "PermissionSetArn": sets["ReadOnly"]}
    refused = error(lambda: sso.get_permissions_boundary_for_permission_set(**read_only))
    assert refused["Error"]["Code"] == "ResourceNotFoundException"
    first = sso.list_accounts_for_provisioned_permission_set(**read_only, MaxResults=20)
    second = sso.list_accounts_for_provisioned_permission_set(**read_only, NextToken=first["NextToken"])
    assert (len(first["AccountIds"]), len({*first["AccountIds"], *second["AccountIds"]})) == (20, 24)


def test_the_first_assignment_makes_the_role(simulator: process.Running, sso: Any, instance: Any) -> None:
    of = {"InstanceArn": instance["InstanceArn"]}
    administrator = next(
        arn
        for arn in sso.list_permission_sets(**of)["PermissionSets"]
        if sso.describe_permission_set(**of, PermissionSetArn=arn)["PermissionSet"]["Name"] == "Administrator"
    )
    iam = simulator.inside("iam", MANAGER, MEMBER)
    before = {role["RoleName"] for role in iam.list_roles()["Roles"]}
    sso.create_account_assignment(
        **of, PermissionSetArn=administrator, TargetId=MEMBER, TargetType="AWS_ACCOUNT", PrincipalType="USER", PrincipalId="f" * 8
    )  # fmt: skip
    (made,) = [role for role in iam.list_roles()["Roles"] if role["RoleName"] not in before]
    assert made["Path"] == "/aws-reserved/sso.amazonaws.com/eu-central-1/"
    assert made["RoleName"].startswith("AWSReservedSSO_Administrator_")
    attached = iam.list_attached_role_policies(RoleName=made["RoleName"])["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["AdministratorAccess"]
    assert "organizations:LeaveOrganization" in str(
        iam.get_role_policy(RoleName=made["RoleName"], PolicyName="AwsSSOInlinePolicy")["PolicyDocument"]
    )


@pytest.mark.parametrize(
    ("services", "hidden"),
    [((), {"sso", "identitystore"}), (("identitystore",), {"identitystore"})],
    ids=["all of it", "people"],
)
def test_a_key_of_the_customers_own_stops_whoever_may_not_use_it(
    simulator: process.Running, instance: Any, services: tuple[str, ...], hidden: set[str]
) -> None:
    iam = simulator.client("iam", MANAGER)
    iam.create_user(UserName="reader")
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sso:*", "identitystore:*"], "Resource": "*"}]}'
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=HOME)
    sso, directory = (
        session.client(service, endpoint_url=simulator.endpoint) for service in ("sso-admin", "identitystore")
    )
    calls: dict[str, Callable[[], Any]] = {
        "sso": lambda: sso.list_permission_sets(InstanceArn=instance["InstanceArn"]),
        "identitystore": lambda: directory.list_users(IdentityStoreId=instance["IdentityStoreId"]),
    }
    reasons = {"sso": "KMS_AccessDeniedException", "identitystore": "KMS_ACCESS_DENIED"}
    simulator.encrypt_identity_center(MANAGER, KEY, *services)
    try:
        assert sso.list_instances()["Instances"], "where it is can always be known"
        described = sso.describe_instance(InstanceArn=instance["InstanceArn"])
        assert described["EncryptionConfigurationDetails"]["KmsKeyArn"] == KEY
        for service in hidden:
            refused = error(calls[service])
            assert (refused["Error"]["Code"], refused["Reason"]) == (
                "AccessDeniedException",
                reasons[service],
            )
            assert (
                "kms:Decrypt on the resource associated with this ciphertext" in refused["Error"]["Message"]
            )
        for service in calls.keys() - hidden:
            assert calls[service]()
        kms = policy.replace('"sso:*"', '"kms:Decrypt", "sso:*"')
        iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=kms)
        assert all(call() for call in calls.values()), "whoever may use the key sees all"
    finally:
        simulator.encrypt_identity_center(MANAGER, "")
        iam.delete_access_key(UserName="reader", AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName="reader", PolicyName="read")
        iam.delete_user(UserName="reader")


def test_without_permission_it_is_refused_like_any_service(simulator: process.Running) -> None:
    member = simulator.inside("sso-admin", MANAGER, "210000000012")
    assert member.list_instances()["Instances"] == [], "it may look, and has none of its own"
    platform = simulator.told["platform"]
    session = boto3.Session(platform["access_key_id"], platform["secret_access_key"], region_name=HOME)
    refused = error(session.client("sso-admin", endpoint_url=simulator.endpoint).list_instances)
    assert refused["Error"]["Code"] == "AccessDeniedException"
    assert (
        "because no identity-based policy allows the sso:ListInstances action" in refused["Error"]["Message"]
    )
