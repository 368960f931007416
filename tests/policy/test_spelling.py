"""Condition keys are told as AWS spells them; what AWS leaves to the policy, as the policy wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_entitlements.policy import explain
from cloud_entitlements.policy.cases import answer, decided
from cloud_entitlements.policy.keys import GLOBAL_KEYS, spelled


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("aws:sourceip", "aws:SourceIp"),
        ("AWS:SOURCEIP", "aws:SourceIp"),
        ("aws:USERNAME", "aws:username"),
        ("AWS:PrincipalTAG/costCenter", "aws:PrincipalTag/costCenter"),
        ("aws:requesttag/Team", "aws:RequestTag/Team"),
        ("s3:x-AMZ-acl", "s3:x-amz-acl"),
        ("s3:existingobjecttag/Class", "s3:ExistingObjectTag/Class"),
        ("ec2:resourcetag/Env", "ec2:ResourceTag/Env"),
        ("kms:encryptioncontext:App", "kms:EncryptionContext:App"),
        ("codebuild:ENVIRONMENT.environmentvariables/Stage.VALUE", "codebuild:environment.environmentVariables/Stage.value"),
        ("TOKEN.actions.githubusercontent.com:ACTOR", "token.actions.githubusercontent.com:actor"),
        ("idp.example.org:Sub", "idp.example.org:Sub"),
        ("nonsense", "nonsense"),
        ("aws:PrincipalTag/", "aws:PrincipalTag/"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_key_in_any_case_is_spelled_as_aws_does(written: str, told: str) -> None:
    assert spelled(written) == told


@pytest.mark.parametrize("name", [name for name, _ in GLOBAL_KEYS.values()])
def test_every_global_key_is_found_whatever_its_case(name: str) -> None:
    assert {spelled(name.lower()), spelled(name.upper()), spelled(name)} == {name}


QUESTION: dict[str, Any] = {
    "principal": "arn:aws:iam::111122223333:user/alice",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::records/a.txt",
    "resource_account": "111122223333",
}


def case(condition: dict[str, Any], resource: str = "*") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": resource, "Condition": condition}
    return {**QUESTION, "identity_policies": [{"Version": "2012-10-17", "Statement": statement}]}


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("AWS:sourceVPCE", "aws:SourceVpce"),
        ("aws:principaltag/Cost-Center", "aws:PrincipalTag/Cost-Center"),
        ("s3:existingObjectTag/Class", "s3:ExistingObjectTag/Class"),
        ("Idp.example.org:Sub", "Idp.example.org:Sub"),
    ],
)
def test_an_answer_its_condition_and_its_explanation_spell_alike(key: str, told: str) -> None:
    found = answer(case({"StringEquals": {key: "x"}}), explained=True)
    assert (found["context_keys"], found["residual"]) == ([told], f"{told} = x")
    explanation = found["explanation"]
    assert explanation["summary"] == f"conditional: allowed if {told} = x"
    assert explanation["unknown_keys"] == (told,)
    identity = next(one for one in explanation["layers"] if one["layer"] == "identity")
    assert identity["statements"][0]["conditions"][0]["key"] == told


def test_the_key_of_a_variable_is_spelled_too() -> None:
    bare = "arn:aws:s3:::records/${aws:principalTag/Team}*"
    found = explain(decided(case({"StringEquals": {"aws:useragent": "${AWS:SOURCEIDENTITY, 'x'}"}}, bare)))
    assert found.unknown_keys == ("aws:PrincipalTag/Team", "aws:SourceIdentity", "aws:UserAgent")


def test_parts_of_a_call_have_their_keys_spelled_as_well() -> None:
    found = answer(
        {
            **QUESTION,
            "action": "lambda:InvokeFunctionUrl",
            "resource": "arn:aws:lambda:eu-west-1:111122223333:function:f",
            "context": {"lambda:FunctionUrlAuthType": "AWS_IAM"},
            "identity_policies": [
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": "*"},
                        {
                            "Effect": "Allow",
                            "Action": "lambda:InvokeFunction",
                            "Resource": "*",
                            "Condition": {"StringEquals": {"aws:principaltag/Team": "blue"}},
                        },
                    ],
                }
            ],
        }
    )
    assert found["context_keys"] == ["aws:PrincipalTag/Team"]
    assert found["residual"] == "aws:PrincipalTag/Team = blue"
