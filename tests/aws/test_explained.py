from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloud_entitlements.aws.explained import GROUPS, KINDS, Kind, causes_of, imports, split_fix
from cloud_entitlements.inventory.offline import GAP_CODES

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_says_why_and_what_next(kind: Kind) -> None:
    assert kind.title
    assert kind.causes
    for cause in causes_of(kind.code):
        assert cause.text
        assert cause.fix
        assert "{" not in cause.text, "a fact that is not known stands in brackets"
    several = len(kind.causes) > 1
    assert not several or all(cause.tell for cause in kind.causes[1:]), "how are they told apart?"


def test_codes_are_unique_over_all_groups() -> None:
    assert sum(len(group.kinds) for group in GROUPS) == len(KINDS)


def test_each_gap_that_an_import_writes_is_explained() -> None:
    assert {kind.code for kind in imports.GROUP.kinds} == GAP_CODES


def test_each_kind_is_provoked_by_a_test() -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in TESTS.rglob("test_*.py")
        if path.name != Path(__file__).name
    )
    assert [code for code in KINDS if not re.search(rf'["\']{code}["\']', text)] == []


@pytest.mark.parametrize(
    ("fix", "lead", "line"),
    [
        ("aws organizations list-roots", "", "aws organizations list-roots"),
        ("update the stack: aws cloudformation deploy", "update the stack", "aws cloudformation deploy"),
        ('add to that Deny: "ArnNotLike": {"a": "b"}', "add to that Deny", '"ArnNotLike": {"a": "b"}'),
        ("nothing to do: it is tried again", "nothing to do: it is tried again", ""),
    ],
)
def test_the_line_to_copy_is_told_from_the_sentence(fix: str, lead: str, line: str) -> None:
    assert split_fix(fix) == (lead, line)
