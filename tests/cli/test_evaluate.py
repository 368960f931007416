"""`ciem evaluate`, as it is typed: cases in, answers out, without Django and without AWS."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).parent / "ciem")
FULL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
QUESTION: dict[str, Any] = {
    "principal": "arn:aws:iam::111122223333:user/alice",
    "action": "sqs:SendMessage",
    "resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
}
ALLOWED = {**QUESTION, "name": "allowed", "identity_policies": [FULL]}
DENIED = {**QUESTION, "name": "denied"}
CONDITIONAL = {
    **QUESTION,
    "name": "conditional",
    "identity_policies": [FULL],
    "service_control_policies": "unknown",
}


def lines(*cases: Any) -> str:
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in cases)


def run(given: str, *arguments: str) -> tuple[int, str, str]:
    ended = subprocess.run(
        [PROGRAM, "evaluate", *arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def answers(given: str, *arguments: str) -> tuple[int, list[Any]]:
    code, out, _ = run(given, "--output", "jsonl", *arguments)
    return code, [json.loads(line) for line in out.splitlines()]


def test_each_case_is_answered_on_a_line_of_its_own() -> None:
    code, found = answers(lines(ALLOWED, DENIED, "", CONDITIONAL))
    assert code == 0
    assert [(one["name"], one["decision"]) for one in found] == [
        ("allowed", "allowed"),
        ("denied", "denied"),
        ("conditional", "conditional"),
    ]
    assert found[1]["denied_by"] == ["identity"]
    assert found[2]["incomplete"] == ["scp"]


def test_cases_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(lines(ALLOWED), encoding="utf-8")
    assert answers("", str(file))[1][0]["decision"] == "allowed"


def test_a_malformed_case_answers_with_its_error_and_the_run_goes_on() -> None:
    wrong = {**QUESTION, "name": "wrong", "identity_policies": [{"Statement": []}], "principal": "nobody"}
    code, found = answers(lines(wrong, ALLOWED))
    assert code == 3
    assert found[0].keys() == {"name", "error"}
    assert found[0]["name"] == "wrong"
    assert "`nobody` is no principal" in found[0]["error"]
    assert found[1]["decision"] == "allowed"


def test_a_line_that_is_no_json_is_told_by_its_number() -> None:
    code, found = answers(lines(ALLOWED, "{", "[1]", ALLOWED))
    assert code == 3
    assert found[1]["name"] == "line 2"
    assert found[2]["error"] == "a case is an object in braces"
    assert found[3]["decision"] == "allowed"


def test_a_repeated_name_is_an_error_and_never_the_last_one() -> None:
    twice = json.dumps(ALLOWED).replace('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"')
    code, found = answers(lines(twice))
    assert code == 3
    assert "`Effect` is repeated" in found[0]["error"]


def test_bytes_that_are_no_text_are_told() -> None:
    ended = subprocess.run(
        [PROGRAM, "evaluate", "--output", "jsonl"],
        input=b'{"name": "\xff"}\n',
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 3
    assert "line 1" in json.loads(ended.stdout)["error"]


def test_answers_come_before_the_input_ends() -> None:
    with subprocess.Popen(
        [PROGRAM, "evaluate", "--output", "jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(lines(ALLOWED))
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["decision"] == "allowed"
        running.stdin.close()
        assert running.wait(timeout=30) == 0


def test_explain_adds_the_layers() -> None:
    _, found = answers(lines(ALLOWED), "--explain")
    explanation = found[0]["explanation"]
    assert explanation["summary"] == "allowed: identity[0] Statement[0]"
    assert [one["layer"] for one in explanation["layers"]][-2:] == ["identity", "resource"]


def test_a_table_is_for_people_and_json_a_list() -> None:
    code, out, err = run(lines(DENIED, {"name": "wrong"}))
    assert code == 3
    assert "DECISION" in out
    assert "the case has no `principal`" in out
    assert "1 of the cases could not be decided" in err
    assert [one["name"] for one in json.loads(run(lines(ALLOWED, DENIED), "--output", "json")[1])] == [
        "allowed",
        "denied",
    ]


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    code, out, err = run("", "nowhere.jsonl")
    assert (code, out) == (2, "")
    assert "nowhere.jsonl" in err


def test_it_starts_without_django_and_quickly() -> None:
    code = "import sys; from cloud_entitlements.cli import evaluate, main; import cloud_entitlements.policy.cases"
    seen = subprocess.run(
        [sys.executable, "-c", f"{code}; print('django' in sys.modules, 'boto3' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.split() == ["False", "False"]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        answers(lines(ALLOWED))
        took.append(time.perf_counter() - began)
    assert min(took) < 1.0  # 0.3 s on a quiet machine; half a second is the promise
