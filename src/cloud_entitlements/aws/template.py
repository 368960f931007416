"""The CloudFormation template of one connection, with everything prefilled as parameter defaults.

One YAML file for a reader who checks it before deploying: the management role (or the account's role), and for
an organization the StackSet that makes the member role in every account below the targets. Each action comes
from the table of permissions, with its purpose beside it. What `terraform` says too stands here once, as data.
Imports `permissions`.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.aws.permissions import ANY, OWN_STACKSET, Permission, Role, of_role

TEMPLATE_VERSION = "2"
VERSION_TAG = "cloud-entitlements:template-version"
ROLE_PATH = "/cloud-entitlements/"
MAX_TEMPLATE_BYTES = 51_200
MAX_INLINE_CHARACTERS = 10_240

ROLE_DESCRIPTION = "Read-only; assumed by Cloud Entitlements alone."
POLICY_NAME = "read-entitlements"
TRUST_SID = "ThePlatformAloneWithTheExternalId"
SESSION_SECONDS = 3600
STACKSET_DESCRIPTION = "Cloud Entitlements, the read-only role in each member account"
TARGETS_DESCRIPTION = "The root or the units whose accounts get the member role."


@dataclass(frozen=True, slots=True)
class Names:
    role_name: str
    role_path: str
    stack_name: str
    stackset_name: str
    file_name: str
    terraform_name: str


@dataclass(frozen=True, slots=True)
class TemplateInput:
    kind: Literal["organization", "account"]
    external_id: str
    platform_principal_arn: str
    platform_account_id: str
    partition: str
    target_ids: tuple[str, ...]
    role_name: str
    role_path: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    description: str
    default: str
    pattern: str = ""
    """A regular expression for the whole value."""
    min_length: int = 0


def names(suffix: str) -> Names:
    """All names end in the connection's suffix: two installations fit in one organization."""
    stem = f"cloud-entitlements-{suffix}"
    return Names(stem, ROLE_PATH, stem, f"{stem}-members", f"{stem}.yaml", f"{stem}.tf")


def deploy_command(given: TemplateInput, file: str | None = None) -> str:
    named = names(given.suffix)
    words = [
        "aws",
        "cloudformation",
        "deploy",
        "--stack-name",
        named.stack_name,
        "--template-file",
        file or named.file_name,
    ]
    return shlex.join([*words, "--capabilities", "CAPABILITY_NAMED_IAM"])


def update_command(given: TemplateInput, *changed: str) -> str:
    """Updates a deployed stack to this template; `changed` are the parameters that have new values.

    The AWS CLI keeps the value that a parameter has in the stack unless it is overridden, whatever the new
    template's default is: without the override an update would change nothing.
    """
    values = {
        "TargetIds": ",".join(given.target_ids),
        "PlatformAccountId": given.platform_account_id,
        "PlatformPrincipalArn": given.platform_principal_arn,
        "ExternalId": given.external_id,
    }
    overrides = [f"{name}={values[name]}" for name in changed]
    return " ".join(
        [deploy_command(given), *(["--parameter-overrides", shlex.join(overrides)] if overrides else [])]
    )


def delete_command(given: TemplateInput) -> str:
    stack = names(given.suffix).stack_name
    return f"aws cloudformation delete-stack --stack-name {stack} && aws cloudformation wait stack-delete-complete --stack-name {stack}"


def let_go_command(given: TemplateInput, accounts: Sequence[str] = ()) -> str:
    """When the StackSet can't reach suspended accounts: lets go of their instances, which leaves their stacks.

    `accounts` are those that are known to be out of reach: no other then keeps its role by mistake.
    """
    targets = f"OrganizationalUnitIds={','.join(given.target_ids)}"
    only = f",Accounts={','.join(accounts)},AccountFilterType=INTERSECTION" if accounts else ""
    return shlex.join(
        ["aws", "cloudformation", "delete-stack-instances", "--stack-set-name", names(given.suffix).stackset_name,
         "--deployment-targets", f"{targets}{only}", "--regions"]
    ) + ' "${AWS_REGION:-$(aws configure get region)}" --retain-stacks --operation-preferences FailureTolerancePercentage=100,MaxConcurrentPercentage=100'  # fmt: skip


def outputs_command(given: TemplateInput) -> str:
    query = "Stacks[0].Outputs[?OutputKey=='RoleArn'].OutputValue"
    stack = names(given.suffix).stack_name
    return shlex.join(
        [
            "aws",
            "cloudformation",
            "describe-stacks",
            "--stack-name",
            stack,
            "--query",
            query,
            "--output",
            "text",
        ]
    )


def activate_command() -> str:
    """Switches on trusted access for StackSets; to be run in the management account."""
    return "aws cloudformation activate-organizations-access"


def render_template(given: TemplateInput) -> str:
    organization = given.kind == "organization"
    role: Role = "management" if organization else "member"
    blocks = [
        _HEAD.format(what="an AWS organization" if organization else "one AWS account"),
        _parameters(given, organization),
        _CONDITIONS,
        "Resources:",
        _role("ConnectionRole", given, role),
    ]
    if organization:
        blocks.append(_stackset(given))
    blocks.append(_outputs(organization))
    return "\n".join(blocks) + "\n"


_HEAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: >-
  Cloud Entitlements: read-only connection of {what}. It makes roles that only the platform below can
  assume, and only with the external id. Nothing here can change anything in AWS or read what is stored in it.
"""

_CONDITIONS = """\
Conditions:
  HasBoundary: !Not [!Equals [!Ref PermissionsBoundary, ""]]
"""


def parameters(given: TemplateInput) -> tuple[Parameter, ...]:
    """What every role is made from; an organization's targets are one more."""
    return (
        Parameter(
            "ExternalId",
            "Made by the server for this connection. Leave it: the server knows no other.",
            given.external_id,
            min_length=32,
        ),
        Parameter(
            "PlatformAccountId",
            "The account that the platform runs in.",
            given.platform_account_id,
            pattern="[0-9]{12}",
        ),
        Parameter(
            "PlatformPrincipalArn",
            "The one role or user that may assume these roles.",
            given.platform_principal_arn,
        ),
        Parameter(
            "RoleName",
            "Name of the roles, the same in every account.",
            given.role_name,
            pattern="[A-Za-z0-9_+=,.@-]{1,64}",
        ),
        Parameter("RolePath", "Path of the roles.", given.role_path, pattern="/(.+/)?"),
        Parameter("PermissionsBoundary", "ARN of a policy to bound the roles with; empty for none.", ""),
    )


def _parameters(given: TemplateInput, organization: bool) -> str:
    lines = ["Parameters:"]
    for parameter in parameters(given):
        lines += [
            f"  {parameter.name}:",
            "    Type: String",
            f"    Description: {_quoted(parameter.description)}",
            f"    Default: {_quoted(parameter.default)}",
        ]
        lines += [f"    MinLength: {parameter.min_length}"] if parameter.min_length else []
        lines += [f"    AllowedPattern: '{parameter.pattern}'"] if parameter.pattern else []
    if organization:
        lines += ["  TargetIds:", "    Type: CommaDelimitedList"]
        lines += [f"    Description: {TARGETS_DESCRIPTION}"]
        lines += [f"    Default: {_quoted(','.join(given.target_ids))}"]
    return "\n".join(lines) + "\n"


def _role(logical_id: str, given: TemplateInput, role: Role) -> str:
    lines = [
        f"  {logical_id}:",
        "    Type: AWS::IAM::Role",
        "    Properties:",
        "      RoleName: !Ref RoleName",
        "      Path: !Ref RolePath",
        f"      Description: {ROLE_DESCRIPTION}",
        f"      MaxSessionDuration: {SESSION_SECONDS}",
        '      PermissionsBoundary: !If [HasBoundary, !Ref PermissionsBoundary, !Ref "AWS::NoValue"]',
        "      AssumeRolePolicyDocument:",
        '        Version: "2012-10-17"',
        "        Statement:",
        f"          - Sid: {TRUST_SID}",
        "            Effect: Allow",
        '            Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${PlatformAccountId}:root"}',
        "            Action: sts:AssumeRole",
        "            Condition:",
        "              ArnEquals: {aws:PrincipalArn: !Ref PlatformPrincipalArn}",
        "              StringEquals: {sts:ExternalId: !Ref ExternalId}",
        "      Policies:",
        f"        - PolicyName: {POLICY_NAME}",
        "          PolicyDocument:",
        '            Version: "2012-10-17"',
        "            Statement:",
        *_statements(role, given),
        "      Tags:",
        "        - {Key: managed-by, Value: cloud-entitlements}",
        f'        - {{Key: {VERSION_TAG}, Value: "{TEMPLATE_VERSION}"}}',
    ]
    return "\n".join(lines)


def statements(role: Role) -> list[tuple[str, str, list[Permission]]]:
    """Sid, resource and permissions of each statement of a role's policy."""
    sids = (("ReadConfiguration", ANY), ("FollowOwnDeployment", OWN_STACKSET))
    found = [(sid, on, [one for one in of_role(role) if one.resource == on]) for sid, on in sids]
    return [statement for statement in found if statement[2]]


def _statements(role: Role, given: TemplateInput) -> list[str]:
    lines: list[str] = []
    for sid, resource, permissions in statements(role):
        lines += [f"              - Sid: {sid}", "                Effect: Allow", "                Action:"]
        lines += [
            f"                  - {permission.action}  # {permission.purpose}" for permission in permissions
        ]
        lines.append(f"                Resource: {_resource(resource, given)}")
    return lines


def _resource(resource: str, given: TemplateInput) -> str:
    if resource == ANY:
        return '"*"'
    stackset = names(given.suffix).stackset_name
    return f'!Sub "arn:${{AWS::Partition}}:cloudformation:*:${{AWS::AccountId}}:stackset/{stackset}:*"'


def _stackset(given: TemplateInput) -> str:
    member = "\n".join(f"        {line}".rstrip() for line in member_template(given).splitlines())
    passed = "\n".join(
        f"        - {{ParameterKey: {one.name}, ParameterValue: !Ref {one.name}}}"
        for one in parameters(given)
    )
    return _STACKSET.format(
        name=names(given.suffix).stackset_name,
        description=STACKSET_DESCRIPTION,
        parameters=passed,
        member=member,
    )


_STACKSET = """\
  MemberRoles:
    Type: AWS::CloudFormation::StackSet
    DependsOn: ConnectionRole
    Properties:
      StackSetName: {name}
      Description: {description}
      PermissionModel: SERVICE_MANAGED
      CallAs: SELF
      # Accounts that join later get the role by themselves, and lose it when they leave.
      AutoDeployment: {{Enabled: true, RetainStacksOnAccountRemoval: false}}
      ManagedExecution: {{Active: true}}
      Capabilities: [CAPABILITY_NAMED_IAM]
      # One account that can't be reached must not stop the others. IAM is global: one Region will do.
      OperationPreferences:
        FailureTolerancePercentage: 100
        MaxConcurrentPercentage: 100
        ConcurrencyMode: SOFT_FAILURE_TOLERANCE
        RegionConcurrencyType: PARALLEL
      StackInstancesGroup:
        - DeploymentTargets: {{OrganizationalUnitIds: !Ref TargetIds}}
          Regions: [!Ref "AWS::Region"]
      Parameters:
{parameters}
      TemplateBody: |
{member}"""


def member_template(given: TemplateInput) -> str:
    """What the StackSet makes in each account; it ends without a line break."""
    return "\n".join(
        [
            'AWSTemplateFormatVersion: "2010-09-09"',
            "Description: Cloud Entitlements, read-only role of a member account",
            "Parameters:",
            *(f"  {parameter.name}: {{Type: String}}" for parameter in parameters(given)),
            _CONDITIONS + "Resources:",
            _role("MemberRole", given, "member"),
            "Outputs:",
            "  RoleArn:",
            "    Value: !GetAtt MemberRole.Arn",
        ]
    )


def _outputs(organization: bool) -> str:
    lines = [
        "Outputs:",
        "  RoleArn:",
        "    Description: Paste this into Cloud Entitlements",
        "    Value: !GetAtt ConnectionRole.Arn",
        "  TemplateVersion:",
        "    Description: Which permissions these roles have",
        f'    Value: "{TEMPLATE_VERSION}"',
    ]
    if organization:
        lines += ["  StackSetId:", "    Description: Makes the member roles", "    Value: !Ref MemberRoles"]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A YAML scalar that means exactly `text`: JSON strings are YAML, and ASCII alone leaves no doubt."""
    return json.dumps(text)


def main(folder: str) -> None:
    """Writes the templates of a made-up connection, and the member template inside, for cfn-lint."""
    import pathlib

    suffix = "0a1b2c3d"
    principal = "arn:aws:iam::123456789012:role/platform/cloud-entitlements"
    home = pathlib.Path(folder)
    home.mkdir(exist_ok=True)
    kinds: tuple[tuple[Literal["organization", "account"], tuple[str, ...]], ...] = (
        ("organization", ("r-ab12",)),
        ("account", ("210987654321",)),
    )
    for kind, targets in kinds:
        given = TemplateInput(
            kind,
            "x" * 43,
            principal,
            "123456789012",
            "aws",
            targets,
            names(suffix).role_name,
            ROLE_PATH,
            suffix,
        )
        (home / f"{kind}.yaml").write_text(render_template(given), encoding="utf-8")
        (home / "member.yaml").write_text(member_template(given), encoding="utf-8")


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
