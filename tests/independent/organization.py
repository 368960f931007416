"""The customer's side on the emulator: an organization with people in it, and the stacks that connect it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.server.trouble import without_stackset

from .emulator import Emulator

TREE = {"Production": ("payments", "ledger"), "Development": ("sandbox", "tools"), "Sandbox": ("trial",)}
EUROPE = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
     "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}]}  # fmt: skip
READ_TABLES = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}]}  # fmt: skip
MACHINES = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip


class Template(yaml.SafeLoader):
    """CloudFormation's short forms are read as nothing: what is wanted here holds none."""


Template.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


@dataclass(frozen=True, slots=True)
class Organization:
    emulator: Emulator
    manager: str
    root_id: str
    members: Mapping[str, str]
    """Account ids by name."""

    def client(self, service: str, account: str) -> Any:
        return self.emulator.client(service, account)

    def deploy(self, stack: str, template: str) -> str:
        """The management stack, then a member stack in each account, as the StackSet would: the role's ARN.

        The emulator has no StackSets, and refuses a template that holds one.
        """
        member, values = member_stack(template)
        arn = _create(self.client("cloudformation", self.manager), stack, without_stackset(template), {})
        for account in self.members.values():
            _create(self.client("cloudformation", account), stack, member, values)
        return arn

    def delete_stack(self, stack: str, account: str) -> None:
        cloudformation = self.client("cloudformation", account)
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )


def member_stack(template: str) -> tuple[str, dict[str, str]]:
    """The template inside the StackSet, and the values that the StackSet hands to it."""
    document = yaml.load(template, Template)
    inner: str = document["Resources"]["MemberRoles"]["Properties"]["TemplateBody"]
    wanted = yaml.load(inner, Template)["Parameters"]
    return inner, {name: document["Parameters"][name]["Default"] for name in wanted}


def _create(cloudformation: Any, stack: str, template: str, values: Mapping[str, str]) -> str:
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=template,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    found = _ended(cloudformation, stack)
    assert found["StackStatus"] == "CREATE_COMPLETE", found.get("StackStatusReason")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}
    return str(outputs["RoleArn"])


def _ended(cloudformation: Any, stack: str) -> dict[str, Any]:
    until = time.monotonic() + 20
    while True:
        found: dict[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        if not found["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > until:
            return found
        time.sleep(0.02)


def found_organization(emulator: Emulator, manager: str) -> Organization:
    """Three units with five accounts, and the manager; in each a user with a policy and a role; a policy above."""
    organizations = emulator.client("organizations", manager)
    root_id = organizations.list_roots()["Roots"][0]["Id"]
    members: dict[str, str] = {}
    for unit, names in TREE.items():
        made = organizations.create_organizational_unit(ParentId=root_id, Name=unit)["OrganizationalUnit"]
        for name in names:
            status = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
            members[name] = status["CreateAccountStatus"]["AccountId"]
            organizations.move_account(
                AccountId=members[name], SourceParentId=root_id, DestinationParentId=made["Id"]
            )
        if unit == "Production":
            policy = organizations.create_policy(
                Name="EuropeAlone", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(EUROPE)
            )
            organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=made["Id"])
    for name, account in {"manager": manager, **members}.items():
        _people(emulator.client("iam", account), name)
    return Organization(emulator, manager, root_id, members)


def _people(iam: Any, name: str) -> None:
    policy = iam.create_policy(PolicyName="ReadTables", PolicyDocument=json.dumps(READ_TABLES))
    iam.create_user(UserName=f"user-of-{name}")
    iam.attach_user_policy(UserName=f"user-of-{name}", PolicyArn=policy["Policy"]["Arn"])
    iam.put_user_policy(
        UserName=f"user-of-{name}", PolicyName="inline", PolicyDocument=json.dumps(READ_TABLES)
    )
    iam.create_role(RoleName=f"role-of-{name}", AssumeRolePolicyDocument=json.dumps(MACHINES))
    iam.attach_role_policy(
        RoleName=f"role-of-{name}", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
