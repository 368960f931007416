"""Documents: what is malformed is told with its place, and the ways to write one thing are one thing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloud_entitlements.policy import MalformedPolicy, parse_policy
from cloud_entitlements.policy.text import MAX_CHARACTERS, MAX_DEPTH, MAX_DIGITS, read

ALLOW = '"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"'


def statement(*parts: str) -> str:
    """A policy whose statement stands on a line of its own; the brace may be given, to mark it."""
    *brace, inside = parts
    return f'{{"Statement": [\n  {"".join(brace) or "{"}{inside}}}\n]}}'


# § marks the place that the message must name
MALFORMED = [
    ("§", "a JSON value is expected here"),
    ("   \n §", "a JSON value is expected here"),
    ("§\ufeff{}", "a JSON value is expected here"),
    ("§nonsense", "a JSON value is expected here"),
    ("§NaN", "a JSON value is expected here"),
    ("{§'Statement': []}", "a name in quotes is expected here"),
    ('{"Statement": [],§}', "a name in quotes is expected here"),
    ('{"Statement": [1,§]}', "a JSON value is expected here"),
    ('{"Statement" §[]}', "`:` is expected here"),
    ('{"Statement": [] §"Id": ""}', "`,` is expected here"),
    ('{"Statement": []§', "`,` is expected here"),
    ('{"Statement": []}\n§{}', "something follows the end of the document"),
    ('{"Statement": []} §// why', "something follows the end of the document"),
    ('{"Statement": [0§1]}', "`,` is expected here"),
    ('{"Id": 1§\u0663}', "`,` is expected here"),
    ('{"Id": §"a', "this string does not end"),
    ('{"Id": §"a\nb"}', "this string does not end"),
    ('{"Id": §"\\x"}', "this string has an escape that JSON does not know"),
    ('{"Id": §"\\u12"}', "this string has an escape that JSON does not know"),
    ('{"Id": "a",\n §"Id": "b"}', "`Id` is repeated"),
    ('{"Id": "a",\r\n\t§"\\u0049d": "b"}', "`Id` is repeated"),
    ('{"Id": §' + "1" * (MAX_DIGITS + 1) + "}", f"the number has more than {MAX_DIGITS} characters"),
    ("[" * (MAX_DEPTH + 1) + "§[", f"the document is nested deeper than {MAX_DEPTH}"),
    ("§[]", "the policy is an object in braces"),
    ('§"text"', "the policy is an object in braces"),
    ('{"Version": §2012, "Statement": []}', "Version is text"),
    ('{"Version": §"2012-10-18", "Statement": []}', "there is no version `2012-10-18`"),
    ('{"Statements": §[]}', "the policy has no element `Statements`"),
    ('{"statement": §[]}', "the policy has no element `statement`"),
    ('{"Statement": [§1]}', "a statement is an object in braces"),
    ('{"Statement": §"all"}', "a statement is an object in braces"),
    (statement(f'{ALLOW}, "Actoin": §1'), "a statement has no element `Actoin`"),
    (statement("§{", '"Action": "*", "Resource": "*"'), "Effect is `Allow` or `Deny`, in exactly this case"),
    (statement('"Effect": §"allow", "Action": "*"'), "Effect is `Allow` or `Deny`, in exactly this case"),
    (statement('"Effect": §["Allow"], "Action": "*"'), "Effect is text"),
    (statement("§{", '"Effect": "Allow", "Resource": "*"'), "the statement has neither Action nor NotAction"),
    (statement("§{", f'{ALLOW}, "NotAction": "*"'), "Action and NotAction exclude each other"),
    (statement("§{", f'{ALLOW}, "NotResource": "*"'), "Resource and NotResource exclude each other"),
    (statement("§{", f'{ALLOW}, "Principal": "*", "NotPrincipal": "*"'), "Principal and NotPrincipal exclude each other"),
    (statement('"Effect": "Allow", "Action": §[]'), "Action is empty"),
    (statement('"Effect": "Allow", "NotAction": §[]'), "Action is empty"),
    (statement('"Effect": "Allow", "Action": "*", "Resource": §[]'), "Resource is empty"),
    (statement('"Effect": "Allow", "Action": [§["*"]]'), "Action is text"),
    (statement('"Effect": "Allow", "Action": §null'), "Action is text"),
    (statement('"Effect": "Allow", "Action": "*", "Resource": §{}'), "Resource is text"),
    (statement(f'{ALLOW}, "Sid": §1'), "Sid is text"),
    (statement(f'{ALLOW}, "Principal": §"alice"'), 'Principal is "*", or says which type each principal is of'),
    (statement(f'{ALLOW}, "Principal": §{{}}'), "Principal is empty"),
    (statement(f'{ALLOW}, "Principal": §{{"AWS": []}}'), "Principal is empty"),
    (statement(f'{ALLOW}, "Principal": {{"User": §"*"}}'), "Principal has no element `User`"),
    (statement(f'{ALLOW}, "Principal": §["*"]'), "Principal is an object in braces"),
    (statement(f'{ALLOW}, "Condition": §[]'), "Condition is an object in braces"),
    (statement(f'{ALLOW}, "Condition": {{"Equals": §{{}}}}'), "there is no condition operator `Equals`"),
    (statement(f'{ALLOW}, "Condition": {{"Bool": §"true"}}'), "Bool is an object in braces"),
    (statement(f'{ALLOW}, "Condition": {{"Bool": {{"a": §null}}}}'), "a condition's value is text, a number or a boolean"),
    (statement(f'{ALLOW}, "Condition": {{"Bool": {{"a": [§[]]}}}}'), "a condition's value is text, a number or a boolean"),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "told"), MALFORMED)
def test_what_is_malformed_is_told_with_its_place(marked: str, told: str) -> None:
    before = marked[: marked.index("§")]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    with pytest.raises(MalformedPolicy) as caught:
        parse_policy(marked.replace("§", ""))
    assert (caught.value.text, caught.value.line, caught.value.column) == (told, line, column)
    assert str(caught.value) == f"line {line}, column {column}: {told}"


def test_a_document_without_statements_is_none() -> None:
    with pytest.raises(MalformedPolicy, match="the policy has no Statement"):
        parse_policy("{}")


def test_a_document_may_be_too_large() -> None:
    with pytest.raises(MalformedPolicy, match=f"more than {MAX_CHARACTERS} characters"):
        parse_policy(" " * (MAX_CHARACTERS + 1))


def test_values_may_be_too_deep_or_none_of_json() -> None:
    deep: Any = "*"
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    for document, told in (
        ({"Statement": deep}, "nested deeper"),
        ({"Statement": {1, 2}}, "`set` is no JSON value"),
        ({"Statement": b"*"}, "a statement is an object"),
    ):
        with pytest.raises(MalformedPolicy, match=told):
            parse_policy(document)


def test_text_and_values_make_the_same_policy() -> None:
    document = {
        "Version": "2012-10-17",
        "Id": "one",
        "Statement": [
            {
                "Sid": "a",
                "Effect": "Deny",
                "NotAction": ["s3:*", 'é\U0001f600\u0000\\"'],
                "NotResource": "*",
                "NotPrincipal": {"AWS": ["1", "2"], "Service": "s"},
                "Condition": {"NumericEquals": {"a:b": [1, 1.0, -2e3, "x", True, False]}},
            }
        ],
    }
    for text in (json.dumps(document), json.dumps(document, indent=3, ensure_ascii=False)):
        assert without_places(parse_policy(text)) == without_places(parse_policy(document))


def without_places(policy: Any) -> list[Any]:
    return [
        policy.version,
        policy.id,
        *(
            (
                one.sid,
                one.effect,
                one.actions.patterns,
                one.actions.negated,
                one.resources.patterns,
                one.resources.negated,
                one.principals.entries,
                one.principals.negated,
                [(condition.operator, condition.key) for condition in one.conditions],
                [
                    [float(value) if value[-1].isdigit() else value for value in c.values]
                    for c in one.conditions
                ],
            )
            for one in policy.statements
        ),
    ]


def test_lists_and_scalars_are_the_same() -> None:
    alone = {
        "Effect": "Allow",
        "Action": "a:b",
        "Resource": "*",
        "Principal": {"AWS": "1"},
        "Condition": {"Bool": {"k": "v"}},
    }
    listed = {
        "Effect": "Allow",
        "Action": ["a:b"],
        "Resource": ["*"],
        "Principal": {"AWS": ["1"]},
        "Condition": {"Bool": {"k": ["v"]}},
    }
    assert parse_policy({"Statement": alone}) == parse_policy({"Statement": [listed]})


def test_numbers_and_booleans_keep_how_they_were_written() -> None:
    text = statement(
        f'{ALLOW}, "Condition": {{"StringEquals": {{"k": [1.0, 1e2, 007]}}}}'.replace("007", "-0")
    )
    values = parse_policy(text.replace("-0", "-0, true, false")).statements[0].conditions[0].values
    assert values == ("1.0", "1e2", "-0", "true", "false")


def test_places_are_kept_for_what_a_reader_looks_for() -> None:
    policy = parse_policy(
        '{\n "Statement": {\n  "Effect": "Allow",\n  "Action": ["s3:Get*",\n   "s3:Put*"],\n  "Resource": "*"}}'
    )
    found = policy.statements[0]
    assert (found.place.line, found.place.column) == (2, 15)
    assert [(one.line, one.column) for one in found.actions.places] == [(4, 14), (5, 4)]


def test_escapes_are_read() -> None:
    assert read('"\\u00e9\\ud83d\\ude00\\n\\/\\""').value == 'é😀\n/"'


def test_a_missing_version_is_the_old_one_without_variables() -> None:
    assert parse_policy('{"Statement": []}').version == "2008-10-17"
    assert not parse_policy('{"Statement": []}').has_variables
    assert parse_policy('{"Version": "2012-10-17", "Statement": []}').has_variables
