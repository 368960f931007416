"""How policies come to a decision, proven by data: tests/cases/policy/<topic>/*.json."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.policy.cases import answer
from cloud_entitlements.policy.rules_decision import DECISION, NOT_IN_ONE_DECISION

ROOT = Path(__file__).parents[2]
TOPICS = (
    "layers", "same-account", "cross-account", "scp", "rcp", "sessions", "trust", "kms", "s3", "lambda", "unknown",
    "global-keys", "known-errors-decision",
)  # fmt: skip


def cases() -> Iterator[Mapping[str, Any]]:
    for topic in TOPICS:
        for file in sorted((ROOT / "tests" / "cases" / "policy" / topic).glob("*.json")):
            held = json.loads(file.read_text(encoding="utf-8"))
            base, listed = (held["base"], held["cases"]) if isinstance(held, dict) else ({}, held)
            for case in listed:
                yield {**base, **case}


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_answer_is_the_expected_one(case: Mapping[str, Any]) -> None:
    given = answer(case)
    expected = case["expect"]
    assert {field: _comparable(field, given.get(field)) for field in expected} == {
        field: _comparable(field, value) for field, value in expected.items()
    }, given
    assert ("error" in given) == ("error" in expected)


def _comparable(field: str, value: Any) -> Any:
    """Keys do not depend on case (REQ-04); how they are spelled is test_spelling's to say."""
    return [key.lower() for key in value] if field == "context_keys" and value else value


def test_names_are_unique() -> None:
    assert [name for name, times in Counter(case["name"] for case in CASES).items() if times > 1] == []


def test_every_rule_is_shown_by_two_cases() -> None:
    shown = Counter(rule for case in CASES for rule in set(case["rules"]))
    assert {rule: shown[rule] for rule in DECISION.keys() - NOT_IN_ONE_DECISION if shown[rule] < 2} == {}


def test_every_rule_is_cited_where_it_is_kept() -> None:
    source = "".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "src" / "cloud_entitlements" / "policy").rglob("*.py")
        if file.name not in ("rules.py", "rules_decision.py")
    )
    assert [rule for rule in DECISION if not re.search(rf"\b{rule}\b", source)] == []


def test_no_answer_is_changed_by_what_else_is_unknown() -> None:
    """With every missing key unknown, a plain answer stays, or becomes conditional; it never turns round."""
    for case in CASES:
        if "error" in case["expect"] or case["missing_context"] != "absent":
            continue
        opened = answer({**case, "missing_context": "unknown"})["decision"]
        assert opened in (case["expect"]["decision"], "conditional"), case["name"]
