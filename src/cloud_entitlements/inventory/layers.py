"""The parts that the facts of an account, and of an organization, come in, each with the call that gives it.

They are named after the collectors of `aws`, which a test compares; what an import was not given is a gap in them.
"""

from __future__ import annotations

from collections.abc import Mapping

AUTHORIZATION_DETAILS = "authorization_details"
RESOURCE_POLICIES = "resource_policies"
OF_ACCOUNT: Mapping[str, str] = {
    AUTHORIZATION_DETAILS: "iam:GetAccountAuthorizationDetails",
    "account_summary": "iam:GetAccountSummary",
    "password_policy": "iam:GetAccountPasswordPolicy",
    "credential_report": "iam:GenerateCredentialReport",
    "mfa_devices": "iam:ListVirtualMFADevices",
    "oidc_providers": "iam:ListOpenIDConnectProviders",
    "saml_providers": "iam:ListSAMLProviders",
    "access_keys": "iam:ListAccessKeys",
    "last_accessed": "iam:GenerateServiceLastAccessedDetails",
    RESOURCE_POLICIES: "",
}
ORGANIZATION = "organization"
"""Who owns the parts below, in the place of an account; and the first of them."""
ORGANIZATION_POLICIES = "organization_policies"
IDENTITY_CENTER = "identity_center"
OF_ORGANIZATION: Mapping[str, str] = {
    ORGANIZATION: "organizations:DescribeOrganization",
    ORGANIZATION_POLICIES: "organizations:ListPolicies",
    "root_access": "iam:ListOrganizationsFeatures",
    IDENTITY_CENTER: "sso:ListInstances",
}
