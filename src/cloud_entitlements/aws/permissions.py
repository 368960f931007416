"""The one table of what the product may ask AWS, why, and by which API operations.

The template's policies, the wizard's text, the reference docs and the reviewed map of operations to actions
are all made from it. Every entry reads configuration; none reads content (object bodies, secret values,
parameters, logs) and none writes. `iam:GenerateCredentialReport` and `iam:GenerateServiceLastAccessedDetails` make
AWS compute a report about the account and change nothing; AWS itself classifies them as Read. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Role = Literal["management", "member"]
ANY = "*"
OWN_STACKSET = "own stackset"
"""Replaced in the template by the ARN of the StackSet that the same stack makes."""

ORGANIZATION: frozenset[Role] = frozenset({"management"})
EVERYWHERE: frozenset[Role] = frozenset({"management", "member"})


@dataclass(frozen=True, slots=True)
class Permission:
    action: str
    purpose: str
    roles: frozenset[Role]
    operations: tuple[str, ...] = ()
    """API operations that need it, where they are not named like the action."""
    resource: str = ANY
    dropped: str = ""
    """Fields of the answer that are thrown away before anything is stored, and why."""


PERMISSIONS: tuple[Permission, ...] = (
    Permission("organizations:DescribeOrganization", "know which organization this is, and whether all its features are on", ORGANIZATION,
               dropped="the management account's e-mail address"),
    Permission("organizations:ListRoots", "find the root of the tree, and which policy types are on", ORGANIZATION),
    Permission("organizations:ListOrganizationalUnitsForParent", "walk the tree of units", ORGANIZATION),
    Permission("organizations:ListAccountsForParent", "list the accounts in each unit, with their state", ORGANIZATION,
               dropped="the accounts' e-mail addresses"),
    Permission("organizations:ListPolicies", "list service and resource control policies", ORGANIZATION),
    Permission("organizations:DescribePolicy", "read what those policies allow and deny", ORGANIZATION),
    Permission("organizations:ListTargetsForPolicy", "know which units and accounts they limit", ORGANIZATION),
    Permission("iam:ListOrganizationsFeatures", "know whether root credentials of members are centrally removed", ORGANIZATION),
    Permission("sso:ListInstances", "find the Region that Identity Center is in", ORGANIZATION),
    Permission("sso:DescribeInstance", "know whether a KMS key of the customer's own encrypts it", ORGANIZATION),
    Permission("sso:ListPermissionSets", "list the permission sets", ORGANIZATION),
    Permission("sso:DescribePermissionSet", "read their names and how long a session lasts", ORGANIZATION),
    Permission("sso:ListManagedPoliciesInPermissionSet", "know which managed policies they attach", ORGANIZATION),
    Permission("sso:ListCustomerManagedPolicyReferencesInPermissionSet", "know which policies of the accounts they attach", ORGANIZATION),
    Permission("sso:GetInlinePolicyForPermissionSet", "read what else they allow", ORGANIZATION),
    Permission("sso:GetPermissionsBoundaryForPermissionSet", "know what bounds them", ORGANIZATION),
    Permission("sso:ListAccountsForProvisionedPermissionSet", "know in which accounts they are in use", ORGANIZATION),
    Permission("sso:ListAccountAssignments", "know which people and groups may enter those accounts", ORGANIZATION),
    Permission("identitystore:ListUsers", "name the people whom assignments mean", ORGANIZATION,
               dropped="e-mail addresses, phone numbers, postal addresses, birthdates, pictures and all else but user name, display name and whether they are enabled"),
    Permission("identitystore:ListGroups", "name the groups whom assignments mean", ORGANIZATION, dropped="descriptions"),
    Permission("identitystore:ListGroupMemberships", "know who is in those groups", ORGANIZATION),
    Permission("cloudformation:ListStackInstances", "say in which accounts the member role is not deployed yet, and why", ORGANIZATION,
               resource=OWN_STACKSET),
    Permission("cloudformation:ListStackSetOperations", "tell a deployment under way from one that failed", ORGANIZATION, resource=OWN_STACKSET),
    Permission("cloudformation:ListStackSetOperationResults", "read why the deployment failed in an account", ORGANIZATION, resource=OWN_STACKSET),
    Permission("iam:GetAccountAuthorizationDetails", "read users, groups, roles, their policies and boundaries", EVERYWHERE),
    Permission("iam:GetAccountSummary", "count what there should be; whether root has keys and MFA", EVERYWHERE),
    Permission("iam:GetAccountPasswordPolicy", "check the account's password policy", EVERYWHERE),
    Permission("iam:GenerateCredentialReport", "ask AWS to make its report on passwords, keys and MFA", EVERYWHERE),
    Permission("iam:GetCredentialReport", "read that report: ages and last use, never a secret", EVERYWHERE),
    Permission("iam:ListVirtualMFADevices", "know who has a virtual MFA device", EVERYWHERE, dropped="seeds and QR codes, if AWS ever sent them"),
    Permission("iam:ListMFADevices", "know who has a security key or another device", EVERYWHERE),
    Permission("iam:ListOpenIDConnectProviders", "list the OIDC providers that roles may trust", EVERYWHERE),
    Permission("iam:GetOpenIDConnectProvider", "read their issuer and audiences", EVERYWHERE),
    Permission("iam:ListSAMLProviders", "list the SAML providers that roles may trust", EVERYWHERE),
    Permission("iam:ListAccessKeys", "list users' access keys, their status and age, never a secret", EVERYWHERE),
    Permission("iam:GetAccessKeyLastUsed", "know when each key was used last, for which service", EVERYWHERE),
    Permission("iam:GenerateServiceLastAccessedDetails", "ask AWS to make its report on the services that an identity used", EVERYWHERE),
    Permission("iam:GetServiceLastAccessedDetails", "read that report: when which service and action was used last", EVERYWHERE),
)  # fmt: skip

WITHOUT_PERMISSION = {
    "sts:GetCallerIdentity": "needs no permission; tells the account that a role is in",
    "sts:AssumeRole": "made with the platform's own credentials; the role's trust decides",
    "iam:GetRole": "made with the platform's own credentials, on its own role; tells the path",
    "iam:SimulatePrincipalPolicy": "made with the platform's own credentials, on itself, by `ciem doctor`",
}
"""Operations that are called, and need nothing of the template."""

CONTENT_OPERATIONS: dict[str, str] = {
    "s3:GetObject": "object bodies",
    "s3:GetObjectVersion": "object bodies",
    "secretsmanager:GetSecretValue": "secret values",
    "secretsmanager:BatchGetSecretValue": "secret values",
    "ssm:GetParameter": "parameter values",
    "ssm:GetParameters": "parameter values",
    "ssm:GetParametersByPath": "parameter values",
    "ssm:GetParameterHistory": "parameter values",
    "ssm:GetCommandInvocation": "output of commands",
    "lambda:GetFunction": "a URL of the code, environment variables",
    "lambda:GetFunctionConfiguration": "environment variables",
    "lambda:ListFunctions": "environment variables",
    "lambda:GetLayerVersion": "a URL of the code",
    "ec2:DescribeInstanceAttribute": "user data",
    "ec2:DescribeLaunchTemplateVersions": "user data",
    "ec2:GetConsoleOutput": "console output",
    "ec2:GetPasswordData": "a password",
    "ecs:DescribeTaskDefinition": "environment variables",
    "codebuild:BatchGetProjects": "environment variables",
    "cloudformation:GetTemplate": "templates, with what people typed into them",
    "cloudformation:DescribeStacks": "parameters and outputs",
    "cloudformation:DescribeStackSet": "parameters",
    "cloudformation:DescribeStackInstance": "parameter overrides",
    "logs:GetLogEvents": "log lines",
    "logs:FilterLogEvents": "log lines",
    "logs:StartQuery": "log lines",
    "cloudtrail:LookupEvents": "request parameters",
    "dynamodb:GetItem": "items",
    "dynamodb:Query": "items",
    "dynamodb:Scan": "items",
    "kinesis:GetRecords": "records",
    "sqs:ReceiveMessage": "messages",
    "kms:Decrypt": "plain text",
    "kms:GenerateDataKey": "a plain-text key",
    "ecr:GetAuthorizationToken": "a token",
    "ecr:BatchGetImage": "image manifests",
    "sts:GetFederationToken": "credentials",
    "sts:GetSessionToken": "credentials",
    "codeartifact:GetAuthorizationToken": "a token",
    "rds:DownloadDBLogFilePortion": "log lines",
    "glue:GetConnection": "passwords",
    "glue:GetConnections": "passwords",
    "redshift:GetClusterCredentials": "credentials",
    "apigateway:GET": "API keys",
    "appsync:ListApiKeys": "API keys",
    "cognito-idp:DescribeUserPoolClient": "a client secret",
    "iam:GetSAMLProvider": "a metadata document",
}
"""Operations that return content, many of them called Read or List by AWS. None of them is called."""

DROPPED_FIELDS = frozenset(
    {
        "Email",
        "MasterAccountEmail",
        "Base32StringSeed",
        "QRCodePNG",
        "SAMLMetadataDocument",
        "SecretAccessKey",
        "Emails",
        "PhoneNumbers",
        "Addresses",
        "Birthdate",
        "Photos",
        "NickName",
        "ProfileUrl",
        "Website",
        "ExternalIds",
    }
)
"""Fields of answers that no collector may let through."""


def of_role(role: Role) -> tuple[Permission, ...]:
    return tuple(permission for permission in PERMISSIONS if role in permission.roles)


def action_of(operation: str) -> str | None:
    """The IAM action that an API operation needs, e.g. `iam:GetRole`; None when it is in no table."""
    for permission in PERMISSIONS:
        if operation == permission.action or operation in permission.operations:
            return permission.action
    return None


def outside_the_table(operations: Iterable[str]) -> set[str]:
    """Operations that neither the table nor the list of those without permission knows."""
    return {
        operation
        for operation in operations
        if action_of(operation) is None and operation not in WITHOUT_PERMISSION
    }
