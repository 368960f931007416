from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ciem = Callable[..., Any]
ACCOUNT = "111111111111"


def answer(account: str = ACCOUNT, *names: str) -> dict[str, Any]:
    roles = [
        {"Arn": f"arn:aws:iam::{account}:role/{name}", "RoleName": name, "AssumeRolePolicyDocument": {}}
        for name in names or ("app",)
    ]
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": []}


@pytest.fixture
def given(tmp_path: Path) -> Callable[..., str]:
    def write(content: Any, name: str = "a.json") -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_files_become_the_default_snapshot_and_need_no_database(
    ciem: Ciem, given: Any, tmp_path: Path
) -> None:
    ended = ciem("snapshot", "import", "--name", "audit", given(answer()), "--output", "json")
    assert (ended.code, ended.err) == (0, "")
    found = ended.json
    assert (found["name"], found["origin"], found["default"]) == ("audit", "import", True)
    assert (found["identities_by_type"]["role"], found["gaps"], found["not_given"]) == (1, 0, 13)
    (listed,) = ciem("snapshot", "list", "--output", "json").json
    assert {**listed, "problems": []} == found
    assert "audit" in ciem("snapshot", "list").out
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["cache", "snapshots"], (
        "no database, no key"
    )


def test_gaps_end_with_three_and_name_their_line(ciem: Ciem, given: Any) -> None:
    broken = given('{"RoleDetailList": [\n oops ]}', f"{ACCOUNT}.json")
    ended = ciem("snapshot", "import", "--name", "audit", broken, given(answer("222222222222")))
    assert ended.code == 3
    assert f"ciem: {broken}:2:2: no JSON: expecting value" in ended.err
    assert "1 of 2" in ended.out
    assert "A file of the import can't be read (file_malformed):" in ended.err
    assert (
        f"fix: print it again, or ask for it again: aws iam get-account-authorization-details > {ACCOUNT}.json"
        in ended.err
    )
    as_json = ciem(
        "snapshot", "import", "--name", "audit", broken, given(answer("222222222222")), "--output", "json"
    )
    assert as_json.code == 3
    (problem,) = as_json.json["problems"]
    assert (problem["account_id"], problem["line"], problem["code"]) == (ACCOUNT, 2, "file_malformed")
    assert problem["title"] == "A file of the import can't be read"
    assert all(cause["text"] and cause["fix"] for cause in problem["causes"])


def test_nothing_that_can_be_read_is_a_failure_with_a_next_step(ciem: Ciem, given: Any) -> None:
    ended = ciem("snapshot", "import", "--name", "audit", given("{", "x.json"))
    assert ended.code == 1
    assert "x.json:1:2: the file ends here" not in ended.out
    assert "no account could be read from the files" in ended.err
    assert "  next: give what `aws iam get-account-authorization-details` prints" in ended.err
    assert ciem("snapshot", "list", "--output", "json").json == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name", "audit"),
        ("--name", "audit", "missing.json"),
        ("--name", " ", "FILE"),
        ("--name", "a\u202eb", "FILE"),
        ("--name", "audit", "--account", "12", "FILE"),
        ("--name", "audit", "--standalone", "--organization", "FILE", "FILE"),
        ("FILE",),
    ],
)
def test_wrong_usage_ends_with_two(ciem: Ciem, given: Any, arguments: tuple[str, ...]) -> None:
    file = given(answer())
    ended = ciem("snapshot", "import", *(file if one == "FILE" else one for one in arguments))
    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_the_default_is_chosen_by_name_or_id(ciem: Ciem, given: Any) -> None:
    file = given(answer())
    first = ciem("snapshot", "import", "--name", "first", file, "--output", "json").json
    second = ciem("snapshot", "import", "--name", "second", file, "--standalone", "--output", "json").json
    assert (second["standalone"], second["not_given"]) == (True, 9)

    def defaults() -> list[str]:
        return [one["name"] for one in ciem("snapshot", "list", "--output", "json").json if one["default"]]

    assert defaults() == ["second"]
    assert ciem("snapshot", "use", "first", "--output", "json").json["id"] == first["id"]
    assert defaults() == ["first"]
    assert ciem("snapshot", "use", second["id"]).code == 0
    assert defaults() == ["second"]
    lost = ciem("snapshot", "use", "third")
    assert (lost.code, "see `ciem snapshot list`" in lost.err) == (1, True)


def names(ciem: Ciem) -> list[str]:
    return [one["name"] for one in ciem("snapshot", "list", "--output", "json").json]


def test_an_import_is_removed_by_its_name_with_all_its_snapshots(
    ciem: Ciem, given: Any, tmp_path: Path
) -> None:
    file = given(answer())
    ids = [
        ciem("snapshot", "import", "--name", name, file, "--output", "json").json["id"]
        for name in ("other", "audit", "audit")
    ]
    ended = ciem("snapshot", "remove", "audit", "--yes", "--output", "json")
    assert ended.code == 0
    assert (ended.json["name"], sorted(ended.json["removed"])) == ("audit", sorted(ids[1:]))
    assert ended.json["default"]["name"] == "other"
    assert names(ciem) == ["other"]
    indexes = tmp_path / "data" / "cache" / "access"
    assert len(list(indexes.glob("*/*.sqlite"))) == 1, "of what is left; importing has made it"
    (left,) = (path for path in (tmp_path / "data" / "snapshots").iterdir() if path.is_dir())
    assert (left / ids[0]).is_dir()
    last = ciem("snapshot", "remove", "other", "--yes", "--output", "json").json
    assert last["default"] is None
    assert names(ciem) == []
    assert not list(indexes.glob("*/*"))


def test_a_snapshot_of_an_import_is_removed_by_its_id(ciem: Ciem, given: Any) -> None:
    file = given(answer())
    first, second = (
        ciem("snapshot", "import", "--name", "audit", file, "--output", "json").json["id"] for _ in range(2)
    )
    assert ciem("snapshot", "remove", second, "--yes", "--output", "json").json["removed"] == [second]
    (left,) = ciem("snapshot", "list", "--output", "json").json
    assert (left["id"], left["default"]) == (first, True)
    assert ciem("snapshot", "use", "audit", "--output", "json").json["id"] == first


@pytest.mark.parametrize("typed", ["n\n", ""])
def test_nothing_is_removed_without_a_yes(ciem: Ciem, given: Any, typed: str) -> None:
    ciem("snapshot", "import", "--name", "audit", given(answer()))
    ended = ciem("snapshot", "remove", "audit", typed=typed)
    assert (ended.code, ended.out) == (130, "")
    assert "Remove snapshot " in ended.err
    assert names(ciem) == ["audit"]


def test_a_yes_that_is_typed_removes(ciem: Ciem, given: Any) -> None:
    ciem("snapshot", "import", "--name", "audit", given(answer()))
    ended = ciem("snapshot", "remove", "audit", typed="y\n")
    assert ended.code == 0
    assert "audit" in ended.out
    assert names(ciem) == []


def test_what_is_not_there_is_said_with_the_next_step(ciem: Ciem, given: Any) -> None:
    ended = ciem("snapshot", "remove", "audit", "--yes")
    assert ended.code == 1
    assert "no snapshot has the name or id `audit`" in ended.err
    assert "next: see `ciem snapshot list`" in ended.err


def test_what_a_connection_collected_is_never_removed(ciem: Ciem, given: Any, tmp_path: Path) -> None:
    made = ciem("snapshot", "import", "--name", "Production", given(answer()), "--output", "json").json
    manifest = tmp_path / "data" / "snapshots" / made["connection_id"] / made["id"] / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"origin": "import"', '"origin": "live"'))
    for reference in ("Production", made["id"], made["connection_id"]):
        ended = ciem("snapshot", "remove", reference, "--yes", "--output", "json")
        assert ended.code == 1
        error = json.loads(ended.err)["error"]
        assert (error["code"], "ciem org remove" in error["fix"]) == ("not_an_import", True)
    assert names(ciem) == ["Production"]


def test_names_from_files_never_reach_the_terminal_raw(ciem: Ciem, given: Any) -> None:
    hostile = given("{", "\x1b[31m.json")
    ended = ciem("snapshot", "import", "--name", "audit", hostile, given(answer()))
    assert ended.code == 3
    assert "\x1b" not in ended.err + ended.out
    assert "\\u001b[31m.json" in ended.err


LOADED = """
import sys
from cloud_entitlements.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
heavy = {"django", "boto3", "botocore", "csp", "rich"} & set(sys.modules)
assert not heavy, heavy
"""


def test_neither_django_nor_boto3_is_imported(given: Any, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    for command in (
        ["import", "--name", "audit", given(answer())],
        ["list", "--output", "json"],
        ["use", "audit"],
        ["remove", "audit", "--yes"],
    ):
        arguments = ["--data-dir", str(tmp_path / "data"), "snapshot", *command]
        ended = subprocess.run(
            [sys.executable, "-c", LOADED, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
