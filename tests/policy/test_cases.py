"""Every case under tests/cases/policy, with one runner: a case is data, and adding one needs no code.

A file is a list of cases, or `{"base": {…}, "cases": […]}` whose base stands under each case.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.policy.cases import FIELDS, answer, cases_in
from cloud_entitlements.policy.rules import MATCHING, RULES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "cases" / "policy"
ROOM = ROOT / "src" / "cloud_entitlements" / "policy"
Case = dict[str, Any]
EXPECTED = frozenset(
    {
        "decision", "explicit_deny", "denied_by", "context_keys", "residual", "minimised", "incomplete", "assumed",
        "warnings", "statements", "error",
    }
)  # fmt: skip


def load(path: Path) -> list[Case]:
    return cases_in(json.loads(path.read_text(encoding="utf-8")))


CASES = [
    (str(path.relative_to(FOLDER)), case) for path in sorted(FOLDER.rglob("*.json")) for case in load(path)
]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{file}: {case['name']}") for file, case in CASES])
def test_case(case: Case) -> None:
    found, expected = answer(case), case["expect"]
    assert {name: _comparable(name, found.get(name)) for name in expected} == {
        name: _comparable(name, value, found.get(name)) for name, value in expected.items()
    }, json.dumps(found, indent=2)


def _comparable(field: str, value: Any, found: Any = None) -> Any:
    """Keys do not depend on case (REQ-04); of an error the telling part is enough."""
    if field == "context_keys" and value is not None:
        return sorted(key.lower() for key in value)
    if field == "error" and isinstance(found, str) and value in found:
        return found
    return value


def test_names_are_unique() -> None:
    repeated = [name for name, times in Counter(case["name"] for _, case in CASES).items() if times > 1]
    assert not repeated


@pytest.mark.parametrize("file", sorted({file for file, _ in CASES}))
def test_cases_are_well_formed(file: str) -> None:
    for case in (case for place, case in CASES if place == file):
        # a case may try a field that does not exist when that is what it is about
        assert set(case) <= set(FIELDS) or "no field" in case["expect"].get("error", ""), case["name"]
        assert case["rules"], case["name"]
        assert set(case["rules"]) <= set(RULES), case["name"]
        assert set(case["expect"]) <= EXPECTED, case["name"]
        assert "decision" in case["expect"] or "error" in case["expect"], case["name"]


@pytest.mark.parametrize("rule", MATCHING)
def test_a_rule_of_matching_is_proven_by_two_cases_at_least(rule: str) -> None:
    assert sum(rule in case["rules"] for _, case in CASES) >= 2


@pytest.mark.parametrize("rule", MATCHING)
def test_a_rule_of_matching_is_cited_where_it_is_implemented(rule: str) -> None:
    code = "".join(path.read_text() for path in ROOM.rglob("*.py") if not path.name.startswith("rules"))
    assert re.search(rf"\b{rule}\b", code)
