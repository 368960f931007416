from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.keys import account_of
from cloud_entitlements.simulator.policies import Request, decide, statements

MANAGER, MEMBER, PLATFORM = "210000000001", "210000000031", "999988887777"

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Secret: {Type: String, Default: long-enough}
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      Path: /test/
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "arn:aws:iam::999988887777:root"}
            Action: sts:AssumeRole
            Condition: {StringEquals: {"sts:ExternalId": !Ref Secret}}
      Policies:
        - PolicyName: read
          PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["iam:List*"], Resource: "*"}]}
Outputs:
  RoleArn: {Value: !GetAtt Reader.Arn}
"""


def client(simulator: process.Running, service: str, key: Any) -> Any:
    if "AccessKeyId" in key:
        session = boto3.Session(
            key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name="us-east-1"
        )
    else:
        session = boto3.Session(key["access_key_id"], key["secret_access_key"], region_name="us-east-1")
    return session.client(service, endpoint_url=simulator.endpoint)


def platform(simulator: process.Running, service: str = "sts") -> Any:
    return client(simulator, service, simulator.told["platform"])


def assume(simulator: process.Running, arn: str, **more: str) -> Any:
    return platform(simulator).assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]


def error(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    said = raised.value.response["Error"]
    return said["Code"], said["Message"]


@pytest.fixture
def stack(simulator: process.Running) -> Iterator[str]:
    cloudformation = simulator.client("cloudformation", MANAGER)
    template = TEMPLATE.replace("/test/", "/cloud-entitlements/")
    yield simulator.deploy(MANAGER, "reader", template)["RoleArn"]
    cloudformation.delete_stack(StackName="reader")


def test_a_missing_role_and_a_wrong_external_id_sound_alike(simulator: process.Running, stack: str) -> None:
    wrong = error(lambda: assume(simulator, stack, ExternalId="no"))
    without = error(lambda: assume(simulator, stack))
    missing = error(lambda: assume(simulator, stack + "-not"))
    assert (
        wrong
        == without
        == (
            "AccessDenied",
            f"User: arn:aws:iam::{PLATFORM}:user/platform/cloud-entitlements is not authorized to perform: sts:AssumeRole on resource: {stack}",
        )
    )
    assert missing[0] == "AccessDenied"
    assert missing[1] == wrong[1] + "-not"
    assert assume(simulator, stack, ExternalId="long-enough")


def test_a_session_may_do_what_its_role_may_and_ends_with_it(simulator: process.Running, stack: str) -> None:
    session = assume(simulator, stack, ExternalId="long-enough")
    iam = client(simulator, "iam", session)
    assert iam.list_users()["Users"]
    code, message = error(lambda: iam.create_user(UserName="evil"))
    assert code == "AccessDenied"
    assert message.endswith("because no identity-based policy allows the iam:CreateUser action")
    simulator.client("cloudformation", MANAGER).delete_stack(StackName="reader")
    assert error(iam.list_users)[0] == "InvalidClientTokenId"


def test_unknown_keys_are_refused(simulator: process.Running) -> None:
    stranger = {"access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "secret_access_key": "x"}
    assert error(client(simulator, "sts", stranger).get_caller_identity)[0] == "InvalidClientTokenId"


def test_keys_tell_their_account(simulator: process.Running) -> None:
    assert account_of(simulator.told["platform"]["access_key_id"]) == PLATFORM
    assert account_of(simulator.told["operators"][MANAGER]["access_key_id"]) == MANAGER


def test_members_may_only_describe_their_organization(simulator: process.Running) -> None:
    sts = simulator.client("sts", MANAGER)
    got = sts.assume_role(
        RoleArn=f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole", RoleSessionName="test"
    )["Credentials"]
    organizations = client(simulator, "organizations", got)
    assert organizations.describe_organization()["Organization"]["Id"] == "o-larkspur01"
    assert error(organizations.list_roots)[0] == "AccessDeniedException"
    assert error(platform(simulator, "organizations").describe_organization)[0] in (
        "AccessDeniedException",
        "AccessDenied",
    )


def test_a_control_policy_binds_members_and_not_the_management_account(simulator: process.Running) -> None:
    got = simulator.client("sts", MANAGER).assume_role(
        RoleArn=f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole", RoleSessionName="test"
    )["Credentials"]
    code, message = error(lambda: client(simulator, "iam", got).create_user(UserName="new"))
    assert (code, message.endswith("with an explicit deny in a service control policy")) == (
        "AccessDenied",
        True,
    )
    own = simulator.client("iam", MANAGER)
    own.create_user(UserName="new")
    own.delete_user(UserName="new")


def test_authorization_details_come_in_pages_with_names(simulator: process.Running) -> None:
    iam = simulator.client("iam", MANAGER)
    pages = list(
        iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3})
    )
    assert len(pages) > 2
    names = [policy["PolicyName"] for page in pages for policy in page["Policies"]]
    assert "AdministratorAccess" in names
    roles = [role for page in pages for role in page["RoleDetailList"]]
    assert all(isinstance(role["AssumeRolePolicyDocument"], dict) for role in roles)


def test_the_credential_report_is_made_on_demand_with_root(simulator: process.Running) -> None:
    iam = simulator.client("iam", MANAGER)
    error(iam.get_credential_report)
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    lines = iam.get_credential_report()["Content"].decode().splitlines()
    assert lines[1].startswith(f"<root_account>,arn:aws:iam::{MANAGER}:root,")


def test_a_template_without_the_capability_or_too_large_is_refused(simulator: process.Running) -> None:
    cloudformation = simulator.client("cloudformation", MANAGER)
    refused = error(lambda: cloudformation.create_stack(StackName="x", TemplateBody=TEMPLATE))
    assert refused == ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
    large = TEMPLATE + "#" * 51_200
    assert (
        error(lambda: cloudformation.create_stack(StackName="x", TemplateBody=large))[0] == "ValidationError"
    )


def test_a_role_name_that_is_taken_rolls_the_stack_back(simulator: process.Running, stack: str) -> None:
    cloudformation = simulator.client("cloudformation", MANAGER)
    cloudformation.create_stack(
        StackName="again", TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    again = cloudformation.describe_stacks(StackName="again")["Stacks"][0]
    assert again["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "reader already exists" in again["StackStatusReason"]
    assert "Outputs" not in again or not again["Outputs"]
    assert assume(simulator, stack, ExternalId="long-enough"), "the older role still stands"
    cloudformation.delete_stack(StackName="again")


def test_the_console_creates_and_deletes_a_stack(simulator: process.Running) -> None:
    home = f"{simulator.console}{MANAGER}/"

    def post(path: str, **form: str) -> str:
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(home + path, body) as answer:
            return str(answer.read().decode())

    with urllib.request.urlopen(home) as answer:
        page = answer.read().decode()
    assert "r-lark" in page
    assert "payments-prod" in page
    with pytest.raises(urllib.error.HTTPError) as refused:
        post("stacks", name="from-console", body=TEMPLATE)
    assert b"CAPABILITY_NAMED_IAM" in refused.value.read()
    refused.value.close()
    made = post("stacks", name="from-console", body=TEMPLATE, named_iam="1")
    assert "CREATE_COMPLETE" in made
    assert re.search(r"arn:aws:iam::210000000001:role/test/reader", made)
    assert "from-console" not in post("stacks/from-console/delete")


def test_the_log_of_calls_names_who_called_what(simulator: process.Running) -> None:
    since = max((call["n"] for call in simulator.calls()), default=0)
    platform(simulator).get_caller_identity()
    (call,) = simulator.calls(since)
    assert (call["service"], call["operation"], call["account"], call["error"]) == (
        "sts",
        "GetCallerIdentity",
        PLATFORM,
        None,
    )


@pytest.mark.parametrize(
    ("statement", "action", "context", "verdict"),
    [
        ({"Effect": "Allow", "Action": "S3:get*", "Resource": "*"}, "s3:GetObject", {}, "Allow"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "iam:ListUsers", {}, None),
        ({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}, "s3:GetObject", {}, "Deny"),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:[x]"}, "s3:GetObject", {}, None),
        ({"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {"a": "b"}}}, "x:y", {}, None),
        (
            {"Effect": "Allow", "Action": "*", "Condition": {"StringNotEquals": {"a": "b"}}},
            "x:y",
            {},
            "Allow",
        ),
        (
            {"Effect": "Allow", "Action": "*", "Condition": {"StringEqualsIfExists": {"a": "b"}}},
            "x:y",
            {},
            "Allow",
        ),
        (
            {"Effect": "Allow", "Action": "*", "Condition": {"StringLike": {"A": "b*"}}},
            "x:y",
            {"a": "bc"},
            "Allow",
        ),
        ({"Effect": "Allow", "Action": "*", "Condition": {"Null": {"a": "true"}}}, "x:y", {"a": "b"}, None),
    ],
)
def test_the_small_evaluator(
    statement: Any, action: str, context: dict[str, str], verdict: str | None
) -> None:
    request = Request(action, "*", context)
    assert decide(statements({"Statement": statement}), request) == verdict


def test_an_operator_that_is_not_enforced_is_an_error() -> None:
    statement = {"Effect": "Allow", "Action": "*", "Condition": {"DateLessThan": {"a": "2026"}}}
    with pytest.raises(KeyError):
        decide([statement], Request("x:y", "*", {"a": "2025"}))
