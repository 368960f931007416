"""A document comes from anywhere: whatever it holds, it is findings, soon."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_entitlements.policy import lint
from cloud_entitlements.policy.lint import KINDS, Kind


def s3(rest: str, *, action: str = '"s3:GetObject"', resource: str = '"*"') -> str:
    return f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": {action}, "Resource": {resource}{rest}}}}}'


def when(operator: str, key: str, values: str) -> str:
    return f', "Condition": {{"{operator}": {{"{key}": {values}}}}}'


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\ufeff{}",
        "null",
        "[" * 5000,
        "9" * 5000,
        '"' + "\\ud800" + '"',
        s3(when("NumericEquals", "s3:max-keys", '["1e999999999", "-1e999999999", "sNaN"]')),
        s3(
            ',"Condition": {"NumericLessThan": {"k:k": "1e999999"}, "NumericGreaterThan": {"k:k": ["2e999999", "-3e999999"]}}'
        ),
        s3(
            ',"Condition": {"DateLessThan": {"k:k": "0001-01-01"}, "DateGreaterThan": {"k:k": "9999-12-31T23:59:59Z"}}'
        ),
        s3(when("StringLike", "\\u001b[2J\\u202e", '"\\u0000\\ud800"')),
        s3(
            "",
            action='"s3:*?*?*?*?*?*?*?*?*?z"',
            resource='["arn:aws:s3:::' + "*a" * 300 + 'b", "arn:aws:s3:::' + "a" * 2000 + '"]',
        ),
    ],
    ids=range(11),
)
def test_hostile_documents_are_findings_and_soon_over(source: str) -> None:
    started = time.monotonic()
    assert lint(source) or source
    assert time.monotonic() - started < 1


def _written(listed: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": listed})


WORDS = st.sampled_from(
    [
        "*",
        "s3:Get*",
        "s3:GetObject",
        "iam:PassRole",
        "x",
        "arn:aws:s3:::b/${aws:username}",
        "arn:aws:s3:::b",
        "123456789012",
    ]
) | st.text(max_size=8)
VALUES = WORDS | st.lists(WORDS, max_size=3) | st.booleans() | st.integers() | st.floats()
OPERATORS = st.sampled_from(
    [
        "StringEquals",
        "StringNotLike",
        "Null",
        "Bool",
        "IpAddress",
        "DateLessThan",
        "NumericEquals",
        "ArnLike",
        "ForAllValues:StringLike",
    ]
)
KEYS = (
    st.sampled_from(["aws:username", "aws:TagKeys", "s3:prefix", "aws:SourceIp", "aws:PrincipalArn"]) | WORDS
)
STATEMENT = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": WORDS | st.lists(WORDS, min_size=1, max_size=4)},
    optional={
        "Resource": WORDS | st.lists(WORDS, min_size=1, max_size=4),
        "Principal": st.just("*") | st.dictionaries(st.sampled_from(["AWS", "Service"]), WORDS, min_size=1),
        "Condition": st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3),
        "Sid": WORDS,
    },
)


@settings(max_examples=300, deadline=None)
@given(
    source=st.text(max_size=60) | st.lists(STATEMENT, max_size=4).map(_written),
    kind=st.sampled_from([None, *KINDS]),
)
def test_no_text_makes_it_raise(source: str, kind: Kind | None) -> None:
    for one in lint(source, kind):
        assert one.line >= 1
        assert one.column >= 1
