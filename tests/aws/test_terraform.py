"""The Terraform file: laid out as `terraform fmt` does, parsed, and equal to the CloudFormation template.

Equality is shown in CloudFormation's words: what a part of the file says is translated, `var.role_name` to
`!Ref RoleName` and so on, and must then be the very same as that part of the template.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from itertools import groupby
from typing import Any

import hcl2
import pytest

from cloud_entitlements.aws import template
from cloud_entitlements.aws.permissions import PERMISSIONS
from cloud_entitlements.aws.template import TemplateInput, member_template, names, render_template
from cloud_entitlements.aws.terraform import apply_command, render_terraform

from .test_template import ACCOUNT, ORGANIZATION, ROLES, parse

HOSTILE = '"\\ ${x} $${y} %{if} %%{z}\n\t\u0007\u2028 # é😀"'
STRANGE = replace(
    ORGANIZATION,
    external_id=HOSTILE,
    platform_principal_arn=HOSTILE,
    role_name=HOSTILE,
    role_path=HOSTILE,
    target_ids=(HOSTILE, "ou-ab12-00000000"),
    suffix=HOSTILE,
)
GIVEN = {"organization": ORGANIZATION, "account": ACCOUNT, "strange": STRANGE}
PLAIN = hcl2.SerializationOptions(with_comments=False, explicit_blocks=False, strip_string_quotes=True)

# Format


def untidy(text: str) -> list[str]:
    """Lines that `terraform fmt` would change, by the rules that this file can break."""
    body = re.sub(r"<<EOT\n.*?\nEOT\n", '"heredoc"\n', text, flags=re.DOTALL)
    lines = body.split("\n")
    found = [line for line in lines if "\t" in line or line != line.rstrip()]
    found += [] if text.endswith("\n") and not text.endswith("\n\n") else ["end of file"]
    return found + _misplaced(lines) + _unaligned(lines, _equals) + _unaligned(lines, _comment)


def _blind(line: str) -> str:
    """The line with strings blotted out, so that a bracket or a sign in them is none."""
    return re.sub(r'"(?:\\.|[^"\\])*"', lambda found: '"' + "_" * (len(found[0]) - 2) + '"', line)


def _brackets(line: str) -> int:
    code = _blind(line).split("#")[0]
    return sum(code.count(one) for one in "{[(") - sum(code.count(one) for one in "}])")


def _misplaced(lines: list[str]) -> list[str]:
    """Two spaces a level; a line that opens several brackets opens one level."""
    found, depth = [], 0
    for line in lines:
        change = _brackets(line)
        depth -= change < 0
        if line and len(line) - len(line.lstrip()) != 2 * depth:
            found.append(line)
        depth += change > 0
    return found


def _equals(line: str) -> tuple[int, int] | None:
    """Where the sign of a one-line attribute stands, and the least place it could have."""
    sign = re.match(r"(\s*[^\s=#]+)( *) = \S", _blind(line))
    return (sign.end(2) + 1, sign.end(1) + 1) if sign and _brackets(line) == 0 else None


def _comment(line: str) -> tuple[int, int] | None:
    sign = re.match(r"(\s*[^\s#].*?)( *) #", _blind(line))
    return (sign.end(2) + 1, sign.end(1) + 1) if sign else None


def _unaligned(lines: list[str], place: Any) -> list[str]:
    found = []
    for in_run, run in groupby(lines, key=lambda line: place(line) is not None):
        members = list(run)
        column = max(place(line)[1] for line in members) if in_run else 0
        found += [line for line in members if in_run and place(line)[0] != column]
    return found


@pytest.mark.parametrize("kind", GIVEN)
def test_it_is_laid_out_canonically(kind: str) -> None:
    assert untidy(render_terraform(GIVEN[kind])) == []


@pytest.mark.parametrize(
    ("tidy", "not_tidy"),
    [
        ("  nullable    = false", "  nullable     = false"),
        ('  name = "read', '  name  = "read'),
        ("  description = ", "   description = "),
        ("        Effect = ", "      Effect = "),
        (" # walk", "  # walk"),
        ("  for_each", "\tfor_each"),
        ("}\n\nvariable", "} \n\nvariable"),
        ("stack_set_id\n}\n", "stack_set_id\n}"),
    ],
)
def test_the_check_of_the_layout_sees_what_is_wrong(tidy: str, not_tidy: str) -> None:
    text = render_terraform(ORGANIZATION)
    assert tidy in text
    assert untidy(text.replace(tidy, not_tidy, 1))


@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform on the PATH")
@pytest.mark.parametrize("kind", GIVEN)
def test_terraform_itself_would_change_nothing(kind: str) -> None:
    text = render_terraform(GIVEN[kind])
    formatted = subprocess.run(
        ["terraform", "fmt", "-"], input=text, capture_output=True, text=True, check=True
    )
    assert formatted.stdout == text


# Parsing, and translation


def read(given: TemplateInput) -> dict[str, dict[str, Any]]:
    """Blocks by their labels: `resource.aws_iam_role.connection`, `variable.tags`."""
    found: dict[str, dict[str, Any]] = {}

    def walk(path: str, block: dict[str, Any], labels: int) -> None:
        if labels == 0:
            assert path not in found, path
            found[path] = block
        for label in block if labels else ():
            walk(f"{path}.{label}", block[label], labels - 1)

    depths = {"resource": 2, "data": 2, "variable": 1, "output": 1, "locals": 0, "terraform": 0}
    for kind, blocks in hcl2.loads(render_terraform(given), serialization_options=PLAIN).items():
        for block in blocks:
            walk(kind, block, depths[kind])
    return found


def meant(text: str) -> str:
    """The parser leaves escaped starts of templates as they are."""
    return text.replace("$${", "${").replace("%%{", "%{")


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


SUBSTITUTED = {
    "${data.aws_partition.current.partition}": "${AWS::Partition}",
    "${data.aws_caller_identity.current.account_id}": "${AWS::AccountId}",
    "${local.stack_set_name}": names(ORGANIZATION.suffix).stackset_name,
    "${var.platform_account_id}": "${PlatformAccountId}",
}
BOUNDARY = '${var.permissions_boundary == "" ? null : var.permissions_boundary}'


def translated(value: Any) -> Any:
    """What CloudFormation would call it."""
    if isinstance(value, dict):
        return {key: translated(one) for key, one in value.items()}
    if isinstance(value, list):
        return [translated(one) for one in value]
    if value == BOUNDARY:
        return {"If": ["HasBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    if isinstance(value, str) and (variable := re.fullmatch(r"\$\{var\.(\w+)\}", value)):
        return {"Ref": camel(variable[1])}
    if isinstance(value, str) and value.startswith("arn:"):
        for ours, theirs in SUBSTITUTED.items():
            value = value.replace(ours, theirs)
        return {"Sub": value}
    return value


def argument(call: str, function: str) -> Any:
    """What `${function(…, {…})}` is called with last."""
    inner = re.fullmatch(rf"\$\{{{function}\((?:var\.tags, )?(.*)\)\}}", call, re.DOTALL)
    assert inner is not None, call
    return hcl2.loads(f"x = {inner[1]}\n", serialization_options=PLAIN)["x"]


def role(given: TemplateInput) -> dict[str, Any]:
    """Properties of the role, as CloudFormation has them."""
    found = read(given)
    made, policy = found["resource.aws_iam_role.connection"], found["resource.aws_iam_role_policy.connection"]
    assert policy["role"] == "${aws_iam_role.connection.id}"
    assert made["tags"].startswith("${merge(var.tags, ")
    document = translated(argument(policy["policy"], "jsonencode"))
    return {
        "RoleName": translated(made["name"]),
        "Path": translated(made["path"]),
        "Description": made["description"],
        "MaxSessionDuration": made["max_session_duration"],
        "PermissionsBoundary": translated(made["permissions_boundary"]),
        "AssumeRolePolicyDocument": translated(argument(made["assume_role_policy"], "jsonencode")),
        "Policies": [{"PolicyName": policy["name"], "PolicyDocument": document}],
        "Tags": [{"Key": key, "Value": value} for key, value in argument(made["tags"], "merge").items()],
    }


# Equality


@pytest.mark.parametrize(("name", "given"), [("management", ORGANIZATION), ("account", ACCOUNT)])
def test_the_role_is_that_of_the_template(name: str, given: TemplateInput) -> None:
    assert role(given) == ROLES[name]


def test_each_action_stands_on_a_line_with_its_purpose() -> None:
    text = render_terraform(ORGANIZATION)
    for permission in PERMISSIONS:
        assert re.search(
            rf'^ +"{permission.action}", +# {re.escape(permission.purpose)}$', text, re.MULTILINE
        )


def test_the_member_template_is_the_same_byte_for_byte() -> None:
    heredoc = re.search(r"template_body = <<EOT\n(.*?\n)EOT\n", render_terraform(ORGANIZATION), re.DOTALL)
    assert heredoc is not None
    properties = parse(render_template(ORGANIZATION))["Resources"]["MemberRoles"]["Properties"]
    assert meant(heredoc[1]) == properties["TemplateBody"] == member_template(ORGANIZATION) + "\n"
    assert len(re.findall(r"\$\{", heredoc[1])) == len(re.findall(r"\$\$\{", heredoc[1])) == 2


def test_the_stackset_and_its_options_are_those_of_the_template() -> None:
    resource = parse(render_template(ORGANIZATION))["Resources"]["MemberRoles"]
    properties = resource["Properties"]
    found = read(ORGANIZATION)
    stackset = found["resource.aws_cloudformation_stack_set.members"]
    assert stackset["name"] == "${local.stack_set_name}"
    assert found["locals"]["stack_set_name"] == properties["StackSetName"]
    for name in ("description", "permission_model", "call_as", "capabilities"):
        assert stackset[name] == properties[camel(name)], name
    for name in ("auto_deployment", "managed_execution"):
        (options,) = stackset[name]
        assert {camel(key): value for key, value in options.items()} == properties[camel(name)]
    assert [
        {"ParameterKey": key, "ParameterValue": translated(value)}
        for key, value in stackset["parameters"].items()
    ] == properties["Parameters"]
    assert resource["DependsOn"] == "ConnectionRole"
    assert stackset["depends_on"] == ["${aws_iam_role_policy.connection}"]


def test_instances_are_made_and_taken_away_as_the_template_does() -> None:
    properties = parse(render_template(ORGANIZATION))["Resources"]["MemberRoles"]["Properties"]
    found = read(ORGANIZATION)
    stackset = found["resource.aws_cloudformation_stack_set.members"]
    instance = found["resource.aws_cloudformation_stack_set_instance.members"]
    assert properties["StackInstancesGroup"] == [
        {
            "DeploymentTargets": {"OrganizationalUnitIds": {"Ref": "TargetIds"}},
            "Regions": [{"Ref": "AWS::Region"}],
        }
    ]
    assert instance["for_each"] == "${toset(var.target_ids)}"
    assert instance["deployment_targets"] == [{"organizational_unit_ids": ["${each.value}"]}]
    assert not {"region", "stack_set_instance_region"} & set(instance)  # the provider's own, by default
    assert instance["stack_set_name"] == "${aws_cloudformation_stack_set.members.name}"
    assert instance["retain_stack"] is False
    (options,) = instance["operation_preferences"]
    assert {camel(key): value for key, value in options.items()} == properties["OperationPreferences"]
    # The provider knows this one for instances alone.
    del options["concurrency_mode"]
    assert stackset["operation_preferences"] == [options]


@pytest.mark.parametrize("given", [ORGANIZATION, ACCOUNT], ids=["organization", "account"])
def test_variables_are_the_parameters_prefilled(given: TemplateInput) -> None:
    parameters = parse(render_template(given))["Parameters"]
    variables = {
        camel(path.split(".")[1]): block
        for path, block in read(given).items()
        if path.startswith("variable.")
    }
    assert variables.pop("Tags")["default"] == {}
    if given.kind == "organization":
        targets = variables.pop("TargetIds")
        assert ",".join(targets["default"]) == parameters["TargetIds"]["Default"]
        assert targets["description"] == parameters.pop("TargetIds")["Description"]
    assert list(variables) == list(parameters)
    for name, parameter in parameters.items():
        found = variables[name]
        assert (found["default"], found["description"]) == (parameter["Default"], parameter["Description"])
        conditions = [one["condition"] for one in found.get("validation", [])]
        if "AllowedPattern" in parameter:
            assert f'regex("^{parameter["AllowedPattern"]}$", var.' in conditions[0]
        elif "MinLength" in parameter:
            assert conditions[0].endswith(f">= {parameter['MinLength']}}}")
        else:
            assert conditions == []


def test_resources_and_outputs_are_no_more_than_the_template_has() -> None:
    organization, account = set(read(ORGANIZATION)), set(read(ACCOUNT))
    assert {
        path for path in organization - account if not path.startswith(("variable", "locals", "data"))
    } == {
        "resource.aws_cloudformation_stack_set.members",
        "resource.aws_cloudformation_stack_set_instance.members",
        "output.stack_set_id",
    }
    assert {path for path in account if path.startswith(("resource", "output"))} == {
        "resource.aws_iam_role.connection",
        "resource.aws_iam_role_policy.connection",
        "output.role_arn",
        "output.template_version",
    }
    assert read(ACCOUNT)["output.template_version"]["value"] == template.TEMPLATE_VERSION


# Strange values


def test_strange_values_mean_exactly_themselves() -> None:
    found = read(STRANGE)
    for name in ("external_id", "platform_principal_arn", "role_name", "role_path"):
        assert meant(found[f"variable.{name}"]["default"]) == HOSTILE, name
    assert [meant(target) for target in found["variable.target_ids"]["default"]] == list(STRANGE.target_ids)
    assert meant(found["locals"]["stack_set_name"]) == names(HOSTILE).stackset_name
    assert set(found) == set(read(ORGANIZATION))


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (None, "terraform init && terraform apply"),
        ("main.tf", "terraform init && terraform apply"),
        ("a b/main.tf", "terraform '-chdir=a b' init && terraform '-chdir=a b' apply"),
    ],
)
def test_the_line_that_applies_runs_where_the_file_is(file: str | None, line: str) -> None:
    assert apply_command(file) == line
