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
    assert "Allow: statement 1 of inline policy \\u001b[31mown" in ended.out, (
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
    ],
)
def test_a_question_that_can_not_be_asked_says_why(
    imported: Ciem, arguments: tuple[str, ...], words: str
) -> None:
    ended = imported("can", *arguments)
    assert ended.code in (1, 2)
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_without_a_snapshot_the_next_step_is_named(ciem: Ciem) -> None:
    ended = ciem("can", ADA, "ec2:DescribeInstances")
    assert ended.code == 1
    assert "there is no snapshot yet" in ended.err
    assert "ciem snapshot import" in ended.err
