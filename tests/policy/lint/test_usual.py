"""Documents of the usual shapes, a line each in usual.jsonl: what is found in them, and nothing else; the kind guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.policy import lint, parse_policy
from cloud_entitlements.policy.lint import guessed

LINES = Path(__file__).with_name("usual.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [json.loads(line) for line in LINES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_usual_documents(case: dict[str, Any]) -> None:
    source = json.dumps(case["document"])
    found = lint(source, case.get("kind"))
    assert sorted({one.code for one in found}) == case["codes"], found
    if "guessed" in case:
        assert guessed(parse_policy(source)) == case["guessed"]
