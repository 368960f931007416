from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.policy.profiles import PROFILES

Ciem = Callable[..., Any]
ACCOUNT = "111111111111"
ADA = f"arn:aws:iam::{ACCOUNT}:user/ada"


@pytest.fixture
def imported(ciem: Ciem, tmp_path: Path) -> Ciem:
    """A snapshot of one account that stands alone: ada may describe instances, and list roles with MFA."""
    statements = [
        {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:ListRoles",
            "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        },
    ]
    ada = {
        "Arn": ADA,
        "UserName": "ada",
        "Path": "/",
        "UserPolicyList": [
            {
                "PolicyName": "\x1b[31mown",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
            }
        ],
    }
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps({"UserDetailList": [ada], "GroupDetailList": [], "RoleDetailList": [], "Policies": []})
    )
    assert ciem("snapshot", "import", "--name", "audit", "--standalone", str(path)).code == 0
    return ciem


def test_an_answer_names_the_statement_and_the_snapshot(imported: Ciem) -> None:
    ended = imported("can", ADA, "ec2:DescribeInstances")
    assert ended.code == 0
    assert ended.out.startswith("allowed\n")
    assert "Allow: Statement[0] of inline policy \\u001b[31mown" in ended.out, (
        "a policy's name is no terminal's command"
    )
    assert "snapshot audit of" in ended.out


def test_a_condition_is_said_and_can_be_given(imported: Ciem) -> None:
    found = imported("can", ADA, "iam:ListRoles", "--output", "json").json
    assert (found["decision"], found["residual"]) == ("conditional", "aws:MultiFactorAuthPresent = true")
    given = imported("can", ADA, "iam:ListRoles", "--context", "aws:MultiFactorAuthPresent=true")
    assert given.out.startswith("allowed\n")


def test_an_assumption_is_made_by_name_and_told(imported: Ciem) -> None:
    ended = imported("can", ADA, "iam:ListRoles", "--assume", "long-term-key", "--assume", "direct")
    assert ended.code == 0
    assert ended.out.startswith("denied\n")
    assert "assumed: aws:SecureTransport = true, aws:ViaAWSService = false; absent: " in ended.out
    assert "aws:MultiFactorAuthPresent" in ended.out
    as_json = imported("can", ADA, "iam:ListRoles", "--assume", "direct", "--output", "json").json
    assert as_json["assumed"]["aws:SecureTransport"] == "true"
    assert imported("can", ADA, "iam:ListRoles", "--output", "json").json["assumed"] == {}


def test_context_wins_over_an_assumption_and_the_answer_says_so(imported: Ciem) -> None:
    arguments = ("--assume", "long-term-key", "--context", "aws:MultiFactorAuthPresent=true")
    ended = imported("can", ADA, "iam:ListRoles", *arguments)
    assert ended.out.startswith("allowed\n")
    assert "warning: `long-term-key` does not fit `aws:MultiFactorAuthPresent` as it is given" in ended.out
    assert "assumed:" not in ended.out


def test_help_lists_every_assumption(ciem: Ciem) -> None:
    told = " ".join(ciem("can", "--help").out.split())
    assert f"call: {', '.join(PROFILES)}; again" in told


@pytest.mark.parametrize(("expected", "code"), [("denied", 0), ("allowed", 1)])
def test_an_expectation_decides_the_exit_code(imported: Ciem, expected: str, code: int) -> None:
    assert imported("can", ADA, "iam:CreateUser", f"{ADA}2", "--expect", expected).code == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((f"arn:aws:iam::{ACCOUNT}:user/bob", "ec2:DescribeInstances"), "which was read"),
        (("bob", "ec2:DescribeInstances"), "is no principal"),
        ((ADA, "ec2:DescribeInstances", "--context", "key"), "is not KEY=VALUE"),
        ((ADA, "DescribeInstances"), "is no action"),
        ((ADA, "iam:ListRoles", "--assume", "office"), "there is no assumption `office`"),
        ((ADA, "ec2:Descibe*"), "`ec2:*` matches all that the service has"),
        ((ADA, "dynamodbb:*"), "did you mean `dynamodb`?"),
        ((ADA, "Describe*"), "write the service before it"),
        ((ADA, "ec2:DescribeInstances", "--explain", "--output", "csv"), "--explain has no csv form"),
        ((ADA, "ec2:DescribeInstances", "--resource-account", "12"), "an account id has 12 digits"),
    ],
)
def test_a_question_that_can_not_be_asked_says_why(
    imported: Ciem, arguments: tuple[str, ...], words: str
) -> None:
    ended = imported("can", *arguments)
    assert ended.code in (1, 2)
    assert words in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_without_a_snapshot_the_next_step_is_named(ciem: Ciem) -> None:
    ended = ciem("can", ADA, "ec2:DescribeInstances")
    assert ended.code == 1
    assert "there is no snapshot yet" in ended.err
    assert "ciem snapshot import" in ended.err


def test_a_pattern_is_answered_for_each_action_that_matches(imported: Ciem) -> None:
    ended = imported("can", ADA, "iam:list*role*", "--output", "jsonl")
    found = {one["action"]: one["decision"] for one in map(json.loads, ended.out.splitlines())}
    assert found["iam:ListRoles"] == "conditional"
    assert found["iam:ListRolePolicies"] == "denied"
    assert list(found) == sorted(found)
    assert {"iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole"} <= found.keys()
    assert all(name.startswith("iam:List") and "Role" in name for name in found)


def test_a_pattern_of_services_asks_all_of_them(imported: Ciem) -> None:
    found = imported("can", ADA, "*:DescribeInstances", "--output", "json").json
    assert {"ec2:DescribeInstances", "opsworks:DescribeInstances"} <= {one["action"] for one in found}


def test_a_pattern_in_a_table_has_counts_and_a_line_for_each_action(imported: Ciem) -> None:
    out = imported("can", ADA, "iam:ListRole*").out
    assert out.startswith("3 actions: 0 allowed, 2 denied, 1 conditional\n")
    assert len([line for line in out.splitlines() if "iam:ListRole" in line]) == 3
    assert "snapshot audit of" in out


def test_a_pattern_in_csv_has_a_row_for_each_action(imported: Ciem) -> None:
    head, *rest = imported("can", ADA, "iam:ListRole*", "--output", "csv").out.splitlines()
    assert head == "PRINCIPAL,ACTION,RESOURCE,DECISION,RESIDUAL,DENIED BY,NOT READ"
    assert [line.split(",")[3] for line in rest] == ["denied", "denied", "conditional"]


@pytest.mark.parametrize(("action", "code"), [("ec2:Describe*", 0), ("*:DescribeInstances", 1)])
def test_an_expectation_is_held_against_every_answer_of_a_pattern(
    imported: Ciem, action: str, code: int
) -> None:
    ended = imported("can", ADA, action, "--expect", "allowed", "--output", "jsonl")
    assert ended.code == code
    assert ("opsworks:DescribeInstances is denied" in ended.err) is bool(code)


def test_the_whole_explanation_names_every_layer_from_the_top_down(imported: Ciem) -> None:
    out = imported("can", ADA, "iam:ListRoles", "--explain").out
    told = [
        "conditional\n",
        "service control policies: does not apply",
        "resource control policies: does not apply",
        "permissions boundary: does not apply",
        "identity policies: conditional",
        "Allow: Statement[1] of inline policy \\u001b[31mown, may match, decides",
        "Bool aws:multifactorauthpresent: true; the request's is not known → unknown",
        "snapshot audit of",
    ]
    places = [out.lower().find(one.lower()) for one in told]
    assert -1 not in places, out
    assert places == sorted(places)


def test_a_denied_answer_shows_the_layer_that_it_fails_by(imported: Ciem) -> None:
    out = imported("can", ADA, "iam:CreateUser", f"{ADA}2", "--explain").out
    assert "identity policies: denied (the answer fails here)" in out


def test_an_explanation_in_json_is_added_to_the_answer_and_finds_each_policy(imported: Ciem) -> None:
    plain = imported("can", ADA, "iam:ListRoles", "--output", "json").json
    found = imported("can", ADA, "iam:ListRoles", "--output", "json", "--explain").json
    explanation = found.pop("explanation")
    assert found == plain
    (identity,) = [one for one in explanation["layers"] if one["layer"] == "identity"]
    (statement,) = identity["statements"]
    assert (statement["policy"], statement["source"]) == ("identity[0]", "inline policy \x1b[31mown")
    assert statement["conditions"][0]["truth"] == "unknown"


def test_a_pattern_is_explained_action_by_action(imported: Ciem) -> None:
    out = imported("can", ADA, "iam:ListRole*", "--explain").out
    assert "\niam:ListRoleTags: denied\n" in out
    assert "\niam:ListRoles: conditional\n" in out
    assert out.count("identity policies:") == 3


def test_a_call_that_needs_several_permissions_is_explained_one_by_one(imported: Ciem) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/deploy"
    passed = ("--context", "sts:SourceIdentity=ada")
    out = imported("can", ADA, "sts:AssumeRole", role, *passed, "--explain").out
    assert "it needs 2 permissions, and each must be allowed" in out
    assert f"sts:AssumeRole on {role}: " in out
    assert f"sts:SetSourceIdentity on {role}: " in out
    assert out.count("identity policies:") == 2


def test_a_resource_with_wildcards_is_handed_on_as_it_is(imported: Ciem) -> None:
    pattern = f"arn:aws:iam::{ACCOUNT}:user/*"
    found = imported("can", ADA, "iam:CreateUser", pattern, "--output", "json").json
    assert (found["resource"], found["decision"]) == (pattern, "denied")


def test_an_import_is_asked_by_its_name(imported: Ciem) -> None:
    assert imported("can", ADA, "ec2:DescribeInstances", "--connection", "audit").out.startswith("allowed\n")
    lost = imported("can", ADA, "ec2:DescribeInstances", "--connection", "nothing")
    assert (lost.code, "see `ciem snapshot list`" in lost.err) == (1, True)
