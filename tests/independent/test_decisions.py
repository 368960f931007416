"""The engine's decisions against those of an emulator by other people, call by call over HTTP.

The same documents go both ways: into the engine, and into the emulator, where users and roles have them and call with
credentials of their own. Where the two differ, `differences.json` says what the emulator does, what AWS does, by which
rule, and of which questions: a difference that is not listed fails, and so does one that is listed and is none.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.policy.cases import decided
from cloud_entitlements.policy.rules import RULES

from .calls import CALLS
from .generated import generated
from .questions import Question, own, written
from .world import World, told

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "explanation" / "independent-check.md"
QUESTIONS = sorted([*own(), *written(), *generated()], key=lambda question: told(question.case))
DIFFERENCES: list[dict[str, Any]] = json.loads((HERE / "differences.json").read_text(encoding="utf-8"))
LISTED = {name: one for one in DIFFERENCES for name in one["questions"]}


@pytest.mark.independent
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_decision(question: Question, world: World) -> None:
    answer = world.ask(question.case)
    ours = decided(answer.case).outcome
    assert ours in ("allowed", "denied"), "all that a call depends on is known here"
    if question.name in LISTED:
        assert answer.observed != ours, (
            f"no difference any more: take it out of differences.json, under `{_about(question)}`"
        )
    else:
        assert answer.observed == ours, f"who is right? The question was {json.dumps(answer.case, indent=2)}"


def _about(question: Question) -> str:
    return str(LISTED[question.name]["about"])


def test_names_are_unique() -> None:
    names = Counter([question.name for question in QUESTIONS])
    listed = Counter([name for one in DIFFERENCES for name in one["questions"]])
    assert [name for name, times in (names | listed).items() if times > 1] == []


def test_a_listed_difference_is_of_questions_that_are_asked_and_of_a_rule() -> None:
    assert set(LISTED) <= {question.name for question in QUESTIONS}
    assert {one["rule"] for one in DIFFERENCES} <= set(RULES)
    assert {one["known"] for one in DIFFERENCES} == {"documented", "observed", "inferred"}
    assert all(one["questions"] for one in DIFFERENCES)


def test_a_generated_question_never_differs() -> None:
    assert [name for name in LISTED if name.startswith("generated")] == []


def test_each_call_is_made_for_some_question() -> None:
    assert {question.case["action"] for question in QUESTIONS} == set(CALLS)


def test_the_written_questions_cite_rules() -> None:
    assert [
        one.name for one in written() if not one.case["rules"] or not set(one.case["rules"]) <= set(RULES)
    ] == []


def test_the_page_lists_each_difference() -> None:
    rows = [
        f"| {one['about']} | {one['emulator']} | {one['aws']} | {one['rule']}, {one['known']} |"
        for one in DIFFERENCES
    ]
    page = PAGE.read_text(encoding="utf-8").splitlines()
    table = page.index("| on | ministack | AWS | rule |")
    assert page[table + 2 : table + 2 + len(rows) + 1] == [*rows, ""]
