from __future__ import annotations

import json
from typing import Any

import pytest

from cloud_entitlements.aws.perimeter import (
    RCP,
    SCP,
    ControlPolicy,
    Excepted,
    named_by_aws,
    suspects,
    with_exception,
)

PLATFORM = Excepted("StringNotEqualsIfExists", "aws:PrincipalAccount", "999988887777")
ABOVE = ["123456789012", "r-ab12", "ou-ab12-00000001"]


def policy(statement: Any, kind: str = RCP, target: str = "r-ab12", number: int = 1) -> ControlPolicy:
    text = statement if isinstance(statement, str) else json.dumps({"Statement": statement})
    return ControlPolicy(f"p-{number:08}", kind, "Perimeter", text, frozenset({target}))


def words(*policies: ControlPolicy, action: str = "sts:AssumeRole") -> list[str]:
    return [one.words for one in suspects(policies, RCP, ABOVE, [action], PLATFORM)]


DENY = {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}


@pytest.mark.parametrize(
    "statement",
    [
        DENY,
        {**DENY, "Action": ["s3:*", "sts:assume*"]},
        {**DENY, "Action": "*"},
        {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"},
        [{"Effect": "Allow", "Action": "*", "Resource": "*"}, DENY],
    ],
    ids=["alone", "pattern", "all", "not action", "second"],
)
def test_a_deny_that_covers_the_call_is_a_suspect(statement: Any) -> None:
    assert len(words(policy(statement))) == 1


@pytest.mark.parametrize(
    "suspected",
    [
        policy({**DENY, "Effect": "Allow"}),
        policy({**DENY, "Action": "sts:AssumeRoleWithSAML"}),
        policy({**DENY, "Action": "[s]ts:AssumeRole"}),
        policy({"Effect": "Deny", "NotAction": ["STS:*"], "Resource": "*"}),
        policy(DENY, kind=SCP),
        policy(DENY, target="ou-ab12-00000002"),
        policy("not JSON"),
        policy("[]"),
        policy([["no", "statement"]]),
    ],
    ids=[
        "allow",
        "another action",
        "brackets are literal",
        "excluded",
        "other kind",
        "elsewhere",
        "no JSON",
        "a list",
        "odd",
    ],
)
def test_what_does_not_cover_it_is_none(suspected: ControlPolicy) -> None:
    assert words(suspected) == []


def test_it_is_named_with_its_statement_and_place() -> None:
    assert words(policy({**DENY, "Sid": "Strangers"})) == ["`Perimeter` (p-00000001, `Strangers`, on r-ab12)"]
    assert words(policy([{**DENY, "Effect": "Allow"}, DENY])) == [
        "`Perimeter` (p-00000001, `Statement[1]`, on r-ab12)"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, {"StringNotEqualsIfExists": {"aws:PrincipalAccount": "999988887777"}}),
        (
            {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
            {
                "StringNotEqualsIfExists": {
                    "aws:PrincipalOrgID": "o-1",
                    "aws:PrincipalAccount": "999988887777",
                },
                "Bool": {"aws:PrincipalIsAWSService": "false"},
            },
        ),
        (
            {"stringnotequalsifexists": {"AWS:principalaccount": "1"}},
            {"stringnotequalsifexists": {"AWS:principalaccount": ["1", "999988887777"]}},
        ),
        (
            {"StringNotEqualsIfExists": {"aws:PrincipalAccount": ["1", "2"]}},
            {"StringNotEqualsIfExists": {"aws:PrincipalAccount": ["1", "2", "999988887777"]}},
        ),
        ("odd", {"StringNotEqualsIfExists": {"aws:PrincipalAccount": "999988887777"}}),
    ],
    ids=["none", "another key", "another spelling", "a list", "odd"],
)
def test_an_exception_joins_the_condition_that_is_there(before: Any, after: Any) -> None:
    """A second operator of the same name would take the place of the first: the perimeter would be gone."""
    assert json.loads("{" + with_exception(before, PLATFORM) + "}") == {"Condition": after}


def test_the_policy_that_aws_names_is_the_one() -> None:
    found = suspects([policy(DENY), policy(DENY, number=2)], RCP, ABOVE, ["sts:AssumeRole"], PLATFORM)
    message = (
        "User: x is not authorized to perform: iam:ListRoles with an explicit deny in a service control policy: "
        "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-00000002"
    )
    assert [one.policy_id for one in named_by_aws(found, message)] == ["p-00000002"]
    assert named_by_aws(found, "AccessDenied") == found
    assert named_by_aws(found, message.replace("p-00000002", "p-00000003")) == found
