"""What is made ready once answers as what is worked out each time: conditions, and patterns of a whole element."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import pytest

from cloud_entitlements.policy.condition.holds import EvaluationError, check, holds
from cloud_entitlements.policy.condition.operators import FAMILIES, parse_operator
from cloud_entitlements.policy.context import ABSENT, PRESENT, UNKNOWN, Context, State
from cloud_entitlements.policy.pattern import action_pattern, any_action
from cloud_entitlements.policy.truth import Truth

ARN = "arn:aws:iam::111122223333:role/app"
WRITTEN = [
    (), ("a",), ("A", "b"), ("a*", "?"), ("*",), ("true",), ("false", "true"), ("1", "2.0"), ("2026-01-01",),
    ("192.0.2.0/24", "2001:db8::/32"), ("192.0.2.1", "no address"), ("2001:db8::1/32",), (ARN, "arn:aws:iam::*:role/*"),
    ("no arn", ARN), (ARN, "no arn"), ("${aws:username}", "a"), ("",), ("dGV4dA==",),
]  # fmt: skip
FOUND: list[State] = [
    ("a",), ("A",), ("ab",), ("",), ("TRUE",), ("1.0",), ("2026-01-01T00:00:00Z",), ("192.0.2.7",), ("::ffff:192.0.2.7",),
    ("2001:db8::7",), (ARN,), ("arn:aws:iam::1:role/x/y",), ("a", "b"), ("\U0001f600",), ABSENT, PRESENT, UNKNOWN,
]  # fmt: skip
NAMES = [*FAMILIES, "Null", "StringLikeIfExists", "ForAnyValue:StringLike", "ForAllValues:StringEquals"]


@pytest.mark.parametrize("written", NAMES)
def test_a_condition_made_ready_holds_when_it_holds(written: str) -> None:
    operator = parse_operator(written)
    assert operator is not None
    for values, state, several, expands in itertools.product(WRITTEN, FOUND, (NONE, SEVERAL), (False, True)):
        context = Context({"k": state, "aws:username": ("a",)}, ABSENT, several.__contains__)
        ready = told(check(operator, "k", values, expands=expands), context)
        assert ready == told(partial(holds, operator, "k", values, expands=expands), context)


NONE: frozenset[str] = frozenset()
SEVERAL = frozenset({"k"})


def told(holds: Callable[[Context], Truth], context: Context) -> Truth | str:
    try:
        return holds(context)
    except EvaluationError:
        return "error"


def test_an_element_matches_what_one_of_its_patterns_does() -> None:
    patterns = [
        "s3:GetObject",
        "s3:Put*",
        "ec2:*Instances",
        "*",
        "*:*",
        "s*:Get*",
        "getobject",
        "iam:?et*",
        "kms:\ue000",
    ]
    actions = [
        "s3:getobject",
        "s3:putobject",
        "ec2:runinstances",
        "sqs:getx",
        "getobject",
        "iam:getx",
        "kms:*",
        "kms:\ue000",
    ]
    for any_service, size in itertools.product((False, True), (1, 2, 3)):
        for some in itertools.combinations(patterns, size):
            alone = [action_pattern(one, any_service=any_service) for one in some]
            for action in actions:
                together = any_action(some, any_service=any_service)(action)
                assert together == any(matches(action) for matches in alone)
