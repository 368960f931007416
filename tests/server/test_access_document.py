"""A policy document as it is shown: indented, in the usual order, the statements that have a say marked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloud_entitlements.server.access.document import lines

ALLOW: dict[str, Any] = {"Action": ["s3:Get*", "s3:List*"], "Effect": "Allow", "Resource": "*", "Sid": "Read"}
DENY = {**ALLOW, "Effect": "Deny", "Sid": "Never", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def marked(document: Any, marks: dict[int, str]) -> dict[str, str]:
    """Effect → the text of the lines that are marked with it."""
    found: dict[str, str] = {}
    for one in lines(json.dumps(document), marks):
        if one.mark:
            found[one.mark] = found.get(one.mark, "") + one.text.strip()
    return found


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_statement_is_marked_from_brace_to_brace(number: int) -> None:
    statements = [ALLOW, DENY, {**ALLOW, "Sid": "Last"}]
    found = marked({"Statement": statements}, {number: "Allow"})
    assert json.loads(found["Allow"].rstrip(",")) == statements[number]


def test_a_statement_without_a_list_is_marked() -> None:
    found = marked({"Version": "2012-10-17", "Statement": DENY}, {0: "Deny"})
    assert json.loads("{" + found["Deny"] + "}") == {"Statement": DENY}


def test_several_are_marked_each_by_its_effect() -> None:
    found = marked({"Statement": [ALLOW, DENY]}, {0: "Allow", 1: "Deny"})
    assert json.loads(found["Allow"].rstrip(",")) == ALLOW
    assert json.loads(found["Deny"]) == DENY


def test_elements_stand_in_the_usual_order_and_lines_are_numbered() -> None:
    found = lines(json.dumps({"Statement": [ALLOW], "Version": "2012-10-17"}), {})
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    keys = [one.text.split('"')[1] for one in found if '": ' in one.text]
    assert keys == ["Version", "Statement", "Sid", "Effect", "Action", "Resource"]


@pytest.mark.parametrize("text", ["not json", '{"Statement": 7}', '{"Statement": [], "x": 1}', "[" * 50_000])
def test_what_is_no_policy_is_shown_as_it_was_stored(text: str) -> None:
    found = lines(text, {0: "Allow"})
    assert [one.text for one in found] == [text]
    assert not any(one.mark for one in found)
