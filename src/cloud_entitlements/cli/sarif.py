"""Findings in SARIF 2.1.0 (OASIS), the form that code scanning reads: rules, levels, and places in files."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cloud_entitlements.cli.context import clean
from cloud_entitlements.policy.lint import Criterion, Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "%SRCROOT%"


def report(found: Sequence[tuple[str, Finding]]) -> str:
    """Every rule is listed, found or not; severities are SARIF's own levels."""
    from cloud_entitlements.policy.lint.criteria import CRITERIA

    numbers = {one.code: number for number, one in enumerate(CRITERIA)}
    driver = {
        "name": "ciem policy lint",
        "version": version("cloud-entitlements"),
        "rules": [_rule(one) for one in CRITERIA],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(name, one, numbers[one.code]) for name, one in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.code,
        "shortDescription": {"text": criterion.title},
        "fullDescription": {"text": criterion.why},
        "help": {"text": f"{criterion.why}\nFix: {criterion.fix}."},
        "defaultConfiguration": {"level": criterion.severity},
    }


def _result(name: str, finding: Finding, rule: int) -> dict[str, Any]:
    text = f"{finding.text}. Fix: {finding.fix}" if finding.fix else finding.text
    region = {"startLine": finding.line, "startColumn": finding.column}
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": clean(text)},
        "locations": [{"physicalLocation": {"artifactLocation": _location(name), "region": region}}],
    }


def _location(name: str) -> dict[str, str]:
    """Relative to where the command was run, as code scanning wants it; what lies elsewhere has its whole address."""
    if name == "-":
        return {"uri": "stdin"}
    path = Path(name).resolve()
    here = Path.cwd().resolve()
    if path.is_relative_to(here):
        return {"uri": quote(os.fsencode(path.relative_to(here).as_posix())), "uriBaseId": ROOT}
    return {"uri": path.as_uri()}
