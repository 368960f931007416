from __future__ import annotations

import json

import pytest

from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.aws.stack_errors import diagnose

EXEC = "User: arn:aws:sts::123456789012:assumed-role/deployer/me is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/cloud-entitlements/x "
HANDLER = 'Resource handler returned message: "{}" (RequestToken: 1baaf93e, HandlerErrorCode: InvalidRequest)'


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        (HANDLER.format("You must enable organizations access to operate a service managed stack set (Service: CloudFormation, Status Code: 400)"), "stack_trusted_access_off"),
        ("You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set", "stack_in_member_account"),
        ("ValidationError: You must be the master or delegated admin account of an organization before operating a SERVICE_MANAGED stack set", "stack_in_member_account"),
        ("Account used is not a delegated administrator (Service: CloudFormation, Status Code: 400)", "stack_in_member_account"),
        ("Your account is not a member of an organization.", "stack_not_in_organization"),
        ("An error occurred (InsufficientCapabilitiesException) when calling the CreateChangeSet operation: Requires capabilities : [CAPABILITY_NAMED_IAM]", "stack_without_capability"),
        ("Requires capabilities : [CAPABILITY_IAM]", "stack_without_capability"),
        (EXEC + "with an explicit deny in a service control policy", "stack_denied_by_scp"),
        (EXEC + "because no service control policy allows the iam:CreateRole action", "stack_denied_by_scp"),
        (EXEC + "with an explicit deny in a permissions boundary", "stack_denied_by_boundary"),
        (EXEC + "because no permissions boundary allows the iam:CreateRole action", "stack_denied_by_boundary"),
        (EXEC + "because no identity-based policy allows the iam:CreateRole action", "stack_not_permitted"),
        ("Scope ARN: arn:aws:iam::123456789012:policy/bound does not exist or is not attachable. (Service: Iam, Status Code: 404)", "stack_boundary_unknown"),
        ("cloud-entitlements-0a1b2c3d already exists in stack arn:aws:cloudformation:us-east-1:123456789012:stack/x/y", "stack_role_exists"),
        ("Role with name cloud-entitlements-0a1b2c3d already exists. (Service: Iam, Status Code: 409)", "stack_role_exists"),
        ("An error occurred (AlreadyExistsException) when calling the CreateStack operation: Stack [cloud-entitlements] already exists", "stack_exists"),
        ("Stack:arn:aws:cloudformation:us-east-1:1:stack/x/y is in ROLLBACK_COMPLETE state and can not be updated.", "stack_rolled_back"),
        ('Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:root" (Service: Iam, Status Code: 400)', "stack_principal_unknown"),
        ("Organizational unit ou-ab12-c3d4e5f6 not found", "stack_target_unknown"),
        ("Cannot exceed quota for RolesPerAccount: 1000 (Service: Iam, Status Code: 409)", "stack_quota"),
        ("Template format error: YAML not well-formed. (line 12, column 3)", "stack_template_changed"),
        ("Parameters: [ExternalId] must have values", "stack_template_changed"),
        ("Parameter 'PlatformAccountId' must match pattern [0-9]{12}", "stack_template_changed"),
        ("Syntax errors in policy. (Service: Iam, Status Code: 400)", "stack_template_changed"),
        ("DELETE_FAILED The following resource(s) failed to delete: [MemberRoles]. StackSet is not empty", "stack_delete_failed"),
        ("the moon was in the wrong place", "stack_unknown"),
        ("2026-11-24 cloud-entitlements-0a1b2c3d AWS::CloudFormation::Stack CREATE_COMPLETE", "stack_complete"),
    ],
)  # fmt: skip
def test_each_error_of_cloudformation_has_its_cause(pasted: str, code: str) -> None:
    found = diagnose(pasted)[0]
    assert found.code == code
    assert found.causes
    assert all(cause.fix for cause in found.causes)
    assert found.code in KINDS


def event(status: str, reason: str = "", resource: str = "MemberRoles") -> dict[str, str]:
    return {
        "StackName": "cloud-entitlements-0a1b2c3d",
        "LogicalResourceId": resource,
        "ResourceStatus": status,
        **({"ResourceStatusReason": reason} if reason else {}),
    }


def test_the_events_of_a_stack_name_the_first_failure_and_not_what_followed() -> None:
    newest_first = [
        event("ROLLBACK_COMPLETE"),
        event("DELETE_COMPLETE", resource="ConnectionRole"),
        event("ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [MemberRoles]."),
        event("CREATE_FAILED", "Resource creation cancelled", "ConnectionRole"),
        event("CREATE_FAILED", "You must enable organizations access to operate a service managed stack set"),
        event("CREATE_IN_PROGRESS", "User Initiated", "cloud-entitlements-0a1b2c3d"),
    ]
    found = diagnose(json.dumps({"StackEvents": newest_first}))
    assert [(one.code, one.call) for one in found] == [("stack_trusted_access_off", "MemberRoles")]


def test_two_failures_are_both_named_the_earlier_one_first() -> None:
    newest_first = [event("CREATE_FAILED", "x already exists in stack y"), event("CREATE_FAILED", "Requires capabilities : [CAPABILITY_IAM]")]  # fmt: skip
    codes = [one.code for one in diagnose(json.dumps({"StackEvents": newest_first}))]
    assert codes == ["stack_without_capability", "stack_role_exists"]


@pytest.mark.parametrize(
    "document",
    [
        [["MemberRoles", "You must enable organizations access to operate a service managed stack set"]],
        {"Stacks": [{"StackStatusReason": "You must enable organizations access to operate"}]},
        {
            "Summaries": [
                {"Account": "1", "Status": "FAILED", "StatusReason": "must enable organizations access"}
            ]
        },
    ],
    ids=["a query's lists", "describe-stacks", "results of an operation"],
)
def test_other_outputs_of_the_cli_are_read_too(document: object) -> None:
    assert diagnose(json.dumps(document))[0].code == "stack_trusted_access_off"


def test_an_instance_that_is_inoperable_tells_how_to_let_go_of_it() -> None:
    listed = {"Summaries": [{"Account": "123456789012", "Status": "INOPERABLE"}]}
    found = diagnose(json.dumps(listed), stackset="s-members", targets="r-ab12")[0]
    assert found.code == "stack_delete_failed"
    assert "--retain-stacks" in found.causes[0].fix
    assert "s-members" in found.causes[0].fix


@pytest.mark.parametrize(
    "pasted", ["[" * 5000, '{"a":' * 5000, "null", "3", '"x"', "\x00\x1b[31m", "{}", "[]", "{" * 100_000]
)
def test_nonsense_is_unknown_and_no_crash(pasted: str) -> None:
    assert diagnose(pasted)[0].code == "stack_unknown"


def test_what_was_pasted_is_quoted_shortly() -> None:
    assert len(diagnose("already exists " + "x" * 10_000)[0].message) <= 400


def test_facts_with_braces_are_no_templates() -> None:
    found = diagnose("Requires capabilities", deploy="{danger} {0}")[0]
    assert found.causes[0].fix == "{danger} {0}"
