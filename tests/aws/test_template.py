from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_entitlements.aws import template
from cloud_entitlements.aws.permissions import of_role
from cloud_entitlements.aws.template import TemplateInput, deploy_command, names, render_template

GIVEN: dict[str, Any] = {
    "external_id": "x" * 43,
    "platform_principal_arn": "arn:aws:iam::999988887777:role/platform/server",
    "platform_account_id": "999988887777",
    "partition": "aws",
    "role_name": names("0a1b2c3d").role_name,
    "role_path": "/cloud-entitlements/",
    "suffix": "0a1b2c3d",
}
ORGANIZATION = TemplateInput(
    kind="organization", target_ids=("ou-ab12-c3d4e5f6", "ou-ab12-00000000"), **GIVEN
)
ACCOUNT = TemplateInput(kind="account", target_ids=("123456789012",), **GIVEN)


class Loader(yaml.SafeLoader):
    """CloudFormation's short functions as plain dicts."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    raise TypeError(node)


Loader.add_multi_constructor("!", _function)


def parse(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.load(text, Loader)
    return parsed


def member() -> dict[str, Any]:
    return parse(
        parse(render_template(ORGANIZATION))["Resources"]["MemberRoles"]["Properties"]["TemplateBody"]
    )


ROLES = {
    "management": parse(render_template(ORGANIZATION))["Resources"]["ConnectionRole"]["Properties"],
    "member": member()["Resources"]["MemberRole"]["Properties"],
    "account": parse(render_template(ACCOUNT))["Resources"]["ConnectionRole"]["Properties"],
}


def actions(role: dict[str, Any]) -> list[str]:
    return [
        a for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"] for a in s["Action"]
    ]


@pytest.mark.parametrize("kind", ["organization", "account", "member"])
def test_cfn_lint_finds_nothing(kind: str, tmp_path: Path) -> None:
    from cfnlint.api import lint_file

    template.main(str(tmp_path))
    assert [str(match) for match in lint_file(tmp_path / f"{kind}.yaml")] == []


def test_it_stays_below_the_limits() -> None:
    many = TemplateInput(
        kind="organization", target_ids=tuple(f"ou-ab12-{n:08}" for n in range(100)), **GIVEN
    )
    assert len(render_template(many).encode()) < template.MAX_TEMPLATE_BYTES
    for role in ROLES.values():
        inline = json.dumps(role["Policies"], separators=(",", ":"))
        assert len(inline) < template.MAX_INLINE_CHARACTERS


@pytest.mark.parametrize(
    ("name", "role"), [("management", "management"), ("member", "member"), ("account", "member")]
)
def test_each_role_has_exactly_the_actions_of_the_table(name: str, role: Any) -> None:
    assert sorted(actions(ROLES[name])) == sorted(permission.action for permission in of_role(role))


@pytest.mark.parametrize("name", ROLES)
def test_the_trust_admits_exactly_one_identity_with_the_external_id(name: str) -> None:
    (statement,) = ROLES[name]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Sub": "arn:${AWS::Partition}:iam::${PlatformAccountId}:root"}}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": {"Ref": "PlatformPrincipalArn"}},
        "StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}},
    }


@pytest.mark.parametrize("name", ROLES)
def test_no_role_has_a_managed_policy_or_a_wildcard_action(name: str) -> None:
    assert "ManagedPolicyArns" not in ROLES[name]
    assert not [action for action in actions(ROLES[name]) if "*" in action]


def test_the_stackset_reaches_new_accounts_and_stops_at_no_bad_one() -> None:
    properties = parse(render_template(ORGANIZATION))["Resources"]["MemberRoles"]["Properties"]
    assert properties["PermissionModel"] == "SERVICE_MANAGED"
    assert properties["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": False}
    assert properties["OperationPreferences"]["FailureTolerancePercentage"] == 100
    assert properties["StackInstancesGroup"][0]["Regions"] == [{"Ref": "AWS::Region"}]
    assert properties["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    passed = {parameter["ParameterKey"] for parameter in properties["Parameters"]}
    assert passed == set(member()["Parameters"])


def test_everything_is_prefilled_and_nothing_is_hidden() -> None:
    parameters = parse(render_template(ORGANIZATION))["Parameters"]
    assert all("Default" in parameter for parameter in parameters.values())
    assert not any("NoEcho" in parameter for parameter in parameters.values())
    assert parameters["TargetIds"]["Default"] == "ou-ab12-c3d4e5f6,ou-ab12-00000000"
    assert parameters["ExternalId"]["Default"] == "x" * 43


def test_outputs_and_tags_tell_the_template_version() -> None:
    parsed = parse(render_template(ORGANIZATION))
    assert set(parsed["Outputs"]) == {"RoleArn", "TemplateVersion", "StackSetId"}
    for role in ROLES.values():
        assert {"Key": template.VERSION_TAG, "Value": template.TEMPLATE_VERSION} in role["Tags"]


def test_two_connections_make_different_names() -> None:
    assert set(vars_of(names("aaaaaaaa"))).isdisjoint(
        set(vars_of(names("bbbbbbbb"))) - {"/cloud-entitlements/"}
    )


def vars_of(found: template.Names) -> list[str]:
    return [found.role_name, found.stack_name, found.stackset_name, found.file_name]


def test_the_deploy_line_names_file_stack_and_capability() -> None:
    line = deploy_command(ORGANIZATION)
    assert line.startswith("aws cloudformation deploy --stack-name cloud-entitlements-0a1b2c3d ")
    assert "--capabilities CAPABILITY_NAMED_IAM" in line
