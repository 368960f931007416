from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # comes with cfn-lint
import pytest

from cloud_entitlements.policy.lint.criteria import CRITERIA

Ciem = Callable[..., Any]
PROGRAM = str(Path(sys.executable).parent / "ciem")
GOOD = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
)
TYPO = GOOD.replace("GetObject", "GetObjct")
NOTED = GOOD.replace('"Version": "2012-10-17", ', "")
REGION = {
    "type": "object",
    "required": ["startLine", "startColumn"],
    "properties": {"startLine": {"minimum": 1}},
}
SARIF = {
    # the parts of OASIS's schema of SARIF 2.1.0 that code scanning relies on, in words of our own
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {"driver": {"$ref": "#/$defs/driver"}},
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "message": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string", "minLength": 1}},
        },
        "level": {"enum": ["none", "note", "warning", "error"]},
        "driver": {
            "type": "object",
            "required": ["name", "rules"],
            "properties": {
                "rules": {
                    "type": "array",
                    "uniqueItems": True,
                    "items": {
                        "type": "object",
                        "required": [
                            "id",
                            "shortDescription",
                            "fullDescription",
                            "help",
                            "defaultConfiguration",
                        ],
                        "properties": {
                            "shortDescription": {"$ref": "#/$defs/message"},
                            "fullDescription": {"$ref": "#/$defs/message"},
                            "help": {"$ref": "#/$defs/message"},
                            "defaultConfiguration": {"properties": {"level": {"$ref": "#/$defs/level"}}},
                        },
                    },
                }
            },
        },
        "result": {
            "type": "object",
            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
            "properties": {
                "level": {"$ref": "#/$defs/level"},
                "message": {"$ref": "#/$defs/message"},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["physicalLocation"],
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation", "region"],
                                "properties": {
                                    "region": REGION,
                                    "artifactLocation": {
                                        "type": "object",
                                        "required": ["uri"],
                                        "properties": {"uri": {"type": "string", "pattern": "^[^ ]+$"}},
                                    },
                                },
                            }
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two policies, and JSON that is none."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "good.json").write_text(GOOD)
    (tmp_path / "deep" / "er" / "typo.json").write_text(TYPO)
    (tmp_path / "deep" / "package.json").write_text("{}")
    (tmp_path / "deep" / "notes.txt").write_text("[")
    return tmp_path


def piped(text: str | bytes, *arguments: str, cwd: Path | None = None) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return subprocess.run(
        [PROGRAM, "policy", "lint", *arguments], input=content, capture_output=True, check=False, cwd=cwd
    )


def test_a_sound_policy_ends_with_zero_and_says_nothing_on_stdout(ciem: Ciem, folder: Path) -> None:
    ended = ciem("policy", "lint", str(folder / "good.json"))
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "0 errors, 0 warnings, 0 notes in 1 document\n"
    assert not (folder / "data").exists()


def test_findings_end_with_one_and_name_file_place_and_fix(ciem: Ciem, folder: Path) -> None:
    ended = ciem("policy", "lint", str(folder))
    assert ended.code == 1
    assert "typo.json" in ended.out
    assert "1:70" in ended.out
    assert "unknown-action" in ended.out
    assert "did you mean `s3:GetObject`" in ended.out
    assert "passed over, no policy" in ended.err
    assert "package.json" in ended.err
    assert "0 errors, 1 warning, 0 notes in 2 documents" in ended.err


def test_notes_alone_end_with_zero(ciem: Ciem, folder: Path) -> None:
    (folder / "noted.json").write_text(NOTED)
    ended = ciem("policy", "lint", str(folder / "noted.json"))
    assert (ended.code, "missing-version" in ended.out) == (0, True)


def test_standard_input_is_a_document(tmp_path: Path) -> None:
    ended = piped(TYPO, "-", "--output", "json")
    assert ended.returncode == 1
    (found,) = json.loads(ended.stdout)
    assert found["fix"].startswith("did you mean")
    assert {
        key: found[key] for key in ("file", "line", "column", "code", "severity", "statement", "sid")
    } == {
        "file": "-",
        "line": 1,
        "column": 70,
        "code": "unknown-action",
        "severity": "warning",
        "statement": 0,
        "sid": "",
    }


def test_codes_can_be_left_out_and_must_exist(ciem: Ciem, folder: Path) -> None:
    assert ciem("policy", "lint", str(folder), "--ignore", "unknown-action").code == 0
    ended = ciem("policy", "lint", str(folder), "--ignore", "unkown-action")
    assert (ended.code, "did you mean `unknown-action`?" in ended.err) == (2, True)


def test_the_type_can_be_said(ciem: Ciem, folder: Path) -> None:
    ended = ciem("policy", "lint", str(folder / "good.json"), "--type", "resource", "--output", "jsonl")
    assert [json.loads(line)["code"] for line in ended.out.splitlines()] == ["missing-principal"]
    assert ciem("policy", "lint", str(folder / "good.json"), "--type", "tag").code == 2


def test_wrong_usage_ends_with_two(ciem: Ciem, folder: Path) -> None:
    assert ciem("policy", "lint").code == 2
    assert ciem("policy", "lint", str(folder / "nothing.json")).code == 2
    ended = ciem("org", "list", "--output", "sarif")
    assert (ended.code, "policy lint" in ended.err) == (2, True)


def test_sarif_is_of_its_schema_and_has_relative_addresses(folder: Path) -> None:
    (folder / "with space.json").write_text(GOOD.replace("s3:GetObject", "GetObject"))
    ended = piped("", ".", "--output", "sarif", cwd=folder)
    assert ended.returncode == 1
    report = json.loads(ended.stdout)
    jsonschema.Draft202012Validator(SARIF).validate(report)
    (run,) = report["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [one.code for one in CRITERIA]
    places = {}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        places[place["artifactLocation"]["uri"]] = (result["ruleId"], result["level"], place["region"])
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert places == {
        "deep/er/typo.json": ("unknown-action", "warning", {"startLine": 1, "startColumn": 70}),
        "with%20space.json": ("invalid-action", "error", {"startLine": 1, "startColumn": 70}),
    }


def test_sarif_without_findings_is_of_its_schema_too() -> None:
    ended = piped(GOOD, "-", "--output", "sarif")
    assert ended.returncode == 0
    report = json.loads(ended.stdout)
    jsonschema.Draft202012Validator(SARIF).validate(report)
    assert report["runs"][0]["results"] == []


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv", "sarif"])
def test_names_are_shown_and_never_obeyed(output: str) -> None:
    hostile = TYPO.replace("GetObjct", "\\u001b[2J\\u202e\\ud800=cmd")
    ended = piped(hostile, "-", "--output", output)
    assert ended.returncode == 1, ended.stderr
    for character in ("\x1b", "\u202e"):
        assert character not in ended.stdout.decode()
    assert b"Traceback" not in ended.stderr


def test_what_is_no_text_is_a_finding() -> None:
    ended = piped(b"\xff\xfe{", "-", "--output", "csv")
    assert (ended.returncode, b"no UTF-8 text" in ended.stdout) == (1, True)


def processor_seconds() -> float:
    """Of ended children: unlike the clock, it does not depend on who else is at work here."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_it_is_quick_and_loads_neither_django_nor_boto3(folder: Path) -> None:
    code = (
        "import sys; from cloud_entitlements.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([name for name in ('django', 'boto3', 'duckdb') if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "policy", "lint", str(folder / "good.json")]
    best = 9.0
    for _ in range(3):
        started = processor_seconds()
        ended = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
        best = min(best, processor_seconds() - started)
        assert ended.stderr.splitlines()[-1] == "[]"
    assert best < 0.6
