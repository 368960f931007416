from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.simulator.process import Running

Ciem = Callable[..., Any]
PROGRAM = str(Path(sys.executable).parent / "ciem")


def test_help_names_every_command_and_needs_no_database(ciem: Ciem, tmp_path: Path) -> None:
    ended = ciem("--help")
    assert ended.code == 0
    for name in ("account", "demo", "doctor", "org", "serve", "snapshot", "token"):
        assert re.search(rf"^  {name} ", ended.out, re.MULTILINE), name
    assert not (tmp_path / "data").exists()


def test_a_token_alone_stands_on_stdout_and_the_database_is_made(ciem: Ciem, tmp_path: Path) -> None:
    ended = ciem("token", "create", "ci")
    assert (ended.code, ended.err) == (0, "")
    assert re.fullmatch(r"ciem_[\w-]{43}\n", ended.out)
    assert (tmp_path / "data" / "ciem.sqlite3").exists()
    assert ended.out.strip() not in (tmp_path / "data" / "ciem.sqlite3").read_bytes().decode("latin-1")
    listed = ciem("--output", "json", "token", "list").json
    assert [token["name"] for token in listed] == ["ci"]
    assert ciem("token", "revoke", "ci").code == 0
    assert ciem("token", "revoke", "ci").code == 1


def test_a_refusal_says_what_why_and_what_next(ciem: Ciem) -> None:
    ended = ciem("org", "add", "Larkspur", "--target", "o-larkspur01")
    assert ended.code == 1
    assert "is the id of the organization itself" in ended.err
    assert "  next: " in ended.err
    assert ended.out == ""
    as_json = ciem("--output", "json", "org", "show", "nothing")
    assert as_json.code == 1
    assert '"code": "not_found"' in as_json.err


def test_wrong_usage_ends_with_two(ciem: Ciem) -> None:
    assert ciem("org", "add").code == 2
    assert ciem("nonsense").code == 2


def test_the_whole_flow_in_a_terminal(ciem: Ciem, simulator: Running, tmp_path: Path) -> None:
    manager = simulator.organization()["management_account_id"]
    added = ciem(
        "--output",
        "json",
        "org",
        "add",
        "Larkspur",
        "--target",
        "ou-lark-40000000",
        "--tag",
        "blue",
        aws=simulator,
    )
    assert added.json["status"] == "draft"
    one = added.json["id"]
    template = ciem("org", "template", one, aws=simulator)
    assert template.out.startswith("AWSTemplateFormatVersion")
    role = simulator.deploy(manager, "ciem-cli", template.out)["RoleArn"]
    connected = ciem("--output", "json", "org", "connect", one, "--role-arn", role, aws=simulator)
    assert connected.code == 0, connected.err
    assert connected.json["status"] == "connected"
    assert "ok   The role can be assumed" in connected.err
    assert [row["name"] for row in ciem("--output", "json", "org", "list").json] == ["Larkspur"]
    accounts = ciem("--output", "csv", "org", "accounts", "Larkspur", "--status", "connected")
    assert "sandbox-amara" in accounts.out
    assert ciem("--output", "json", "org", "off", one).json["enabled"] is False
    refused = ciem("org", "reprocess", one, aws=simulator)
    assert (refused.code, "is switched off" in refused.err) == (1, True)
    assert ciem("--output", "json", "org", "on", one).json["enabled"] is True
    assert ciem("org", "reprocess", one, aws=simulator).code == 0
    assert ciem("org", "edit", one, "--name", "Renamed").code == 0
    shown = ciem("org", "show", "Renamed").out
    assert re.search(r"^AWS CALLS +\d+$", shown, re.MULTILINE)
    assert re.search(r"^CAP FOR AN ACCOUNT +5000$", shown, re.MULTILINE)
    assert ciem("org", "remove", one, "--yes", "--purge").code == 0
    assert ciem("--output", "json", "org", "list").json == []
    assert not (tmp_path / "data" / "snapshots" / one).exists()
    simulator.client("cloudformation", manager).delete_stack(StackName="ciem-cli")


def test_the_template_comes_for_terraform_too(ciem: Ciem, simulator: Running, tmp_path: Path) -> None:
    added = ciem("--output", "json", "account", "add", "One", "123456789012").json
    template = ("account", "template", added["id"], "--format", "terraform")
    printed = ciem(*template, aws=simulator)
    assert f'default     = "{added["external_id"]}"' in printed.out
    assert "stack_set" not in printed.out
    written = ciem(*template, "-o", str(tmp_path / "roles.tf"), aws=simulator)
    assert (tmp_path / "roles.tf").read_text() == printed.out
    assert f"terraform -chdir={tmp_path} apply" in written.err
    refused = ciem(*template, "-o", str(tmp_path / "roles.yaml"), aws=simulator)
    assert (refused.code, "*.tf" in refused.err) == (2, True)
    assert ciem("account", "template", added["id"], "--format", "pulumi").code == 2


def test_gaps_end_with_three(ciem: Ciem, simulator: Running) -> None:
    manager = simulator.organization(1)["management_account_id"]
    simulator.client("cloudformation", manager).activate_organizations_access()
    added = ciem(
        "--output", "json", "org", "add", "Opaque", "--target", "ou-ostr-30000000", aws=simulator
    ).json
    role = simulator.deploy(manager, "ciem-gaps", ciem("org", "template", added["id"], aws=simulator).out)[
        "RoleArn"
    ]
    ended = ciem("--output", "json", "org", "connect", added["id"], "--role-arn", role, aws=simulator)
    assert ended.code == 3, ended.err
    assert ended.json["coverage"] == {"total": 1, "connected": 0}
    simulator.client("cloudformation", manager).delete_stack(StackName="ciem-gaps")


def test_the_doctor_explains_missing_credentials(ciem: Ciem) -> None:
    ended = ciem("--output", "json", "doctor")
    assert ended.code == 1
    assert ended.json[0]["failure"] == "no_credentials"
    assert ended.json[0]["causes"]


def test_the_doctor_finds_stores_and_compares_the_identity(ciem: Ciem, simulator: Running) -> None:
    first = ciem("--output", "json", "doctor", aws=simulator)
    states = {check["code"]: check["state"] for check in first.json}
    assert states["credentials"] == states["identity"] == "passed"
    assert states["same_identity"] == "skipped"
    assert '"Action": "sts:AssumeRole"' in first.err
    stored = ciem("--output", "json", "doctor", "--store", aws=simulator)
    assert {check["code"]: check["state"] for check in stored.json}["same_identity"] == "passed"
    operator = simulator.told["operators"]["210000000001"]
    other = ciem("--output", "json", "doctor", aws=simulator, more=simulator.environment(operator))
    assert other.code == 1
    assert {check["code"]: check["failure"] for check in other.json}["same_identity"] == "other_principal"


def test_the_server_serves_prints_a_code_and_ends_on_sigterm(tmp_path: Path) -> None:
    environment = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true", "CIEM_LOG_LEVEL": "WARNING"}
    command = [PROGRAM, "--data-dir", str(tmp_path / "data"), "serve", "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert server.stderr is not None
    try:
        url = server.stderr.readline().split()[-1]
        code = server.stderr.readline()
        assert f"{url}/welcome/?code=" in code
        with urllib.request.urlopen(code.split()[-1]) as answer:
            assert b"first administrator" in answer.read()
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0
        server.stderr.close()


def test_a_taken_port_is_explained(ciem: Ciem) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = ciem("serve", "--port", str(taken.getsockname()[1]))
        demo = ciem("demo", "--port", str(taken.getsockname()[1]))
    assert ended.code == 1
    assert "cannot listen on" in ended.err
    assert "ciem serve --port" in ended.err
    assert (demo.code, "ciem demo --port" in demo.err) == (1, True)
    assert "starting" not in demo.err


def test_the_demo_connects_once_and_prints_what_it_found(ciem: Ciem) -> None:
    ended = ciem("demo", "--once", "--json")
    assert ended.code == 0, ended.err
    found = ended.json
    assert set(found) == {"organization", "accounts", "identities", "gaps", "seconds"}
    assert found["organization"]["status"] == "connected"
    assert found["organization"]["id"] == "o-larkspur01"
    assert found["accounts"] == {"total": 24, "connected": 23}
    assert found["identities"]["role"] > 100
    assert found["gaps"] == []


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_demo_ends_as_a_whole(tmp_path: Path, stop: signal.Signals) -> None:
    with _demo(tmp_path) as demo:
        console = _line(demo, "the customer's side").split()[-1]
        with urllib.request.urlopen(console) as answer:
            assert b"Larkspur" in answer.read()
        demo.send_signal(stop)
        demo.wait(20)
    _closes(console)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_the_demo_ends_while_it_collects(tmp_path: Path, stop: signal.Signals) -> None:
    with _demo(tmp_path) as demo:
        _line(demo, "0 of 23")
        (simulator,) = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text(encoding="utf-8").split()
        demo.send_signal(stop)
        assert demo.wait(20) == (130 if stop == signal.SIGINT else -stop)
    for _ in range(50):
        if _ended(simulator):
            return
        time.sleep(0.1)
    pytest.fail("the simulated AWS goes on")


@contextmanager
def _demo(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [PROGRAM, "--data-dir", str(folder / "data"), "demo", "--port", "0"]
    # Ctrl-C counts, however these tests were started: a shell's background ignores it, and what it starts does too
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        demo = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, heard)
    with demo:
        try:
            yield demo
        finally:
            demo.kill()


def _line(demo: subprocess.Popen[str], words: str) -> str:
    assert demo.stderr is not None
    return next(line for line in demo.stderr if words in line)


def _ended(pid: str) -> bool:
    """Gone, or nobody but its next of kin is to be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def _closes(url: str) -> None:
    """The simulated AWS is gone, also when its parent was killed."""
    for _ in range(50):
        try:
            urllib.request.urlopen(url).close()
        except (urllib.error.URLError, ConnectionError):
            return
        time.sleep(0.1)
    pytest.fail(f"{url} still answers")


def test_global_options_stand_anywhere(ciem: Ciem) -> None:
    assert ciem("org", "list", "--output", "json").json == []
    assert ciem("org", "list", "--output=jsonl").code == 0


def test_terminal_escapes_in_names_are_shown_and_formulas_are_inert(ciem: Ciem) -> None:
    ciem("org", "add", "=1+1\u202e", "--target", "r-ab12", "--tag", "@x")
    table = ciem("org", "list").out
    assert "\u202e" not in table
    assert "'=1+1" in ciem("org", "list", "--output", "csv").out


def test_the_flow_over_http_with_a_token(ciem: Ciem, simulator: Running, tmp_path: Path) -> None:
    """A program drives a real server, which does the work itself."""
    token = ciem("token", "create", "program").out.strip()
    environment = {**os.environ, **simulator.environment()}
    command = [PROGRAM, "--data-dir", str(tmp_path / "data"), "serve", "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert server.stderr is not None
    try:
        url = server.stderr.readline().split()[-1]

        def call(method: str, path: str, body: Any = None) -> Any:
            sent = json.dumps(body).encode() if body is not None else None
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{url}{path}", sent, headers, method=method)
            with urllib.request.urlopen(request) as answer:
                text = answer.read().decode()
                return (
                    json.loads(text)
                    if text and answer.headers["Content-Type"].startswith("application/json")
                    else text
                )

        with urllib.request.urlopen(f"{url}/health") as answer:
            assert answer.read() == b"ok\n"
        one = "/api/v1/aws/organizations"
        record = call("POST", one, {"name": "Larkspur", "target_ids": ["ou-lark-40000000"], "tags": []})
        one = f"{one}/{record['id']}"
        role = simulator.deploy("210000000001", "ciem-http", call("GET", f"{one}/template"))["RoleArn"]
        call("POST", f"{one}/connect", {"role_arn": role})
        for _ in range(300):
            record = call("GET", one)
            if record["status"] != "connecting":
                break
            time.sleep(0.1)
        assert record["status"] == "connected", record["checks"]
        assert record["coverage"] == {"total": 2, "connected": 2}
        call("DELETE", f"{one}?data=purge")
        with pytest.raises(urllib.error.HTTPError) as gone:
            call("GET", one)
        assert gone.value.code == 404
        gone.value.close()
        simulator.client("cloudformation", "210000000001").delete_stack(StackName="ciem-http")
    finally:
        server.terminate()
        server.wait(20)
        server.stderr.close()
