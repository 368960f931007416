"""What may be assumed of a request by name: told whole, in one form with the context, and never more than was asked."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from cloud_entitlements.policy.cases import answer
from cloud_entitlements.policy.keys import GLOBAL_KEYS
from cloud_entitlements.policy.principal import parse_principal
from cloud_entitlements.policy.profiles import PROFILES, Assumption, as_context, assume, in_words

AT = datetime(2026, 11, 25, 20, 29, 7, 654321, tzinfo=UTC)
ALICE = parse_principal("arn:aws:iam::111122223333:user/alice")
CASE: dict[str, Any] = {
    "principal": ALICE.arn,
    "action": "sqs:SendMessage",
    "resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
    "identity_policies": [
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": {
                    "Bool": {"aws:SecureTransport": "true"},
                    "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                    "Null": {"aws:SourceIp": "false", "aws:SourceVpce": "true", "aws:TokenIssueTime": "true"},
                },
            },
        }
    ],
}


def keys_of(name: str) -> list[str]:
    return [key for together in PROFILES[name].keys(AT) for key in together]


def test_no_two_profiles_say_something_of_one_key() -> None:
    for one, other in itertools.combinations(PROFILES, 2):
        assert set(keys_of(one)).isdisjoint(keys_of(other))


@pytest.mark.parametrize("name", PROFILES)
def test_every_key_of_a_profile_is_one_of_awss(name: str) -> None:
    assert set(keys_of(name)) <= set(GLOBAL_KEYS)


def test_now_is_one_moment_in_both_of_its_forms() -> None:
    assert as_context(assume(["now"], ALICE, {}, AT).states) == {
        "aws:CurrentTime": "2026-11-25T20:29:07Z",
        "aws:EpochTime": "1795638547",
    }


def test_now_is_the_moment_of_the_question() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    told = answer({**CASE, "assume": ["now"]})["assumed"]["aws:CurrentTime"]
    assert before <= datetime.fromisoformat(told) <= datetime.now(UTC)


def test_what_was_assumed_can_be_given_as_context_instead() -> None:
    found = answer({**CASE, "assume": list(PROFILES)})
    assert found["decision"] == "allowed"
    again = answer({**CASE, "context": found["assumed"]})
    assert (again["decision"], again["assumed"]) == ("allowed", {})


def test_nothing_is_assumed_without_a_name() -> None:
    assert assume([], ALICE, {}, AT) == Assumption()
    assert answer(CASE)["decision"] == "conditional"


def test_a_name_twice_is_a_name_once() -> None:
    assert assume(["now", "now"], ALICE, {}, AT) == assume(["now"], ALICE, {}, AT)


def test_assumptions_are_told_in_words() -> None:
    told = in_words(as_context(assume(["internet", "now"], ALICE, {}, AT).states))
    assert told == (
        "aws:CurrentTime = 2026-11-25T20:29:07Z, aws:EpochTime = 1795638547; present: aws:SourceIp; absent: "
        "aws:SourceVpc, aws:SourceVpcArn, aws:SourceVpce, aws:VpceAccount, aws:VpceOrgID, aws:VpceOrgPaths, aws:VpcSourceIp"
    )
    assert in_words({}) == ""
