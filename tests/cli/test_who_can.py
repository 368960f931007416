"""`ciem who-can`, as it is typed: everybody in a snapshot, on stdout; what the list can't know, on stderr."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.access import WhoCan, open_index
from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.who_can import show
from cloud_entitlements.policy.cases import decided

Ciem = Callable[..., Any]
SHOP, OTHER = "222222222222", "333333333333"
QUEUE = f"arn:aws:sqs:eu-west-1:{SHOP}:orders"
SENDS = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"},
}
PROGRAM = str(Path(sys.executable).parent / "ciem")


def names(found: list[dict[str, Any]], certainty: str) -> list[str]:
    return sorted(one["name"] for one in found if one["certainty"] == certainty)


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_line_for_each_identity_says_how_sure_it_is(shop: Ciem) -> None:
    ended = shop("who-can", "sqs:SendMessage", QUEUE, "--output", "jsonl")
    assert ended.code == 0
    found = lines(ended.out)
    assert names(found, "certain") == ["ada", "root"]
    assert names(found, "conditional") == ["bob"]
    assert names(found, "incomplete") == ["kim"]
    (bob,) = [one for one in found if one["name"] == "bob"]
    assert bob["residual"].lower() == "aws:multifactorauthpresent = true"
    assert "1 identity is incomplete: not read was `identity`" in ended.err, (
        "gaps are told, and the exit is 0"
    )


def test_json_has_counts_and_groups_before_the_identities(shop: Ciem) -> None:
    found = shop("who-can", "sqs:SendMessage", QUEUE, "--output", "json").json
    assert found["counts"] == {"certain": 2, "conditional": 1, "incomplete": 1}
    assert sum(one["count"] for one in found["groups"]) == len(found["identities"]) == 4
    assert (found["action"], found["resource"]) == ("sqs:SendMessage", QUEUE)
    assert found["snapshot"]["name"] == "shop"
    assert found["accounts_not_read"] == []


def test_a_table_has_the_counts_first_then_groups_then_identities(shop: Ciem) -> None:
    out = shop("who-can", "sqs:SendMessage", QUEUE).out
    told = [
        f"sqs:SendMessage on {QUEUE}\n",
        "2 certain, 1 conditional, 1 incomplete",
        "snapshot shop of",
        "COUNT",
        "multifactorauthpresent = true",
        "IDENTITY",
        f"arn:aws:iam::{SHOP}:user/ada",
        f"arn:aws:iam::{SHOP}:user/bob",
        f"arn:aws:iam::{SHOP}:user/kim",
    ]
    places = [out.lower().find(one.lower()) for one in told]
    assert -1 not in places
    assert places == sorted(places)
    assert "user/eve" not in out


def test_csv_is_the_same_list(shop: Ciem) -> None:
    found = list(
        csv.DictReader(io.StringIO(shop("who-can", "sqs:SendMessage", QUEUE, "--output", "csv").out))
    )
    assert {one["NAME"]: one["CERTAINTY"] for one in found} == {
        "ada": "certain",
        "root": "certain",
        "bob": "conditional",
        "kim": "incomplete",
    }
    assert {one["IN SNAPSHOT"] for one in found} == {"yes"}


@pytest.mark.parametrize("output", ["table", "jsonl", "json", "csv"])
def test_a_list_is_never_cut_in_silence(shop: Ciem, output: str) -> None:
    ended = shop("who-can", "sqs:SendMessage", QUEUE, "--limit", "1", "--output", output)
    shown = len(ended.json["identities"]) if output == "json" else ended.out.count("arn:aws:iam::")
    assert shown == 1
    assert "and 3 more identities: `--output jsonl` prints all" in ended.err
    whole = shop("who-can", "sqs:SendMessage", QUEUE, "--limit", "4", "--output", output)
    assert "more identities" not in whole.err


def test_a_table_shows_two_hundred_and_other_forms_all(ciem: Ciem, importing: Any, person: Any) -> None:
    importing("many", *(person(f"u{number:03}", SENDS) for number in range(250)))
    told = ciem("who-can", "sqs:SendMessage", QUEUE)
    assert "251 certain" in told.out
    assert told.out.count("arn:aws:iam::") == 200
    assert "and 51 more identities" in told.err
    assert len(ciem("who-can", "sqs:SendMessage", QUEUE, "--output", "jsonl").out.splitlines()) == 251


def test_a_pattern_of_actions_is_answered_for_each_that_matches(shop: Ciem) -> None:
    found = shop("who-can", "sqs:*Message", QUEUE, "--output", "jsonl")
    assert found.code == 0
    assert {(one["action"], one["name"]) for one in lines(found.out) if one["certainty"] == "certain"} == {
        ("sqs:DeleteMessage", "root"),
        ("sqs:ReceiveMessage", "root"),
        ("sqs:SendMessage", "ada"),
        ("sqs:SendMessage", "root"),
    }
    counts = {
        one["action"]: one["counts"]
        for one in shop("who-can", "sqs:*Message", QUEUE, "--output", "json").json
    }
    assert counts["sqs:SendMessage"] == {"certain": 2, "conditional": 1, "incomplete": 1}
    table = shop("who-can", "sqs:*Message", QUEUE)
    assert [line.split() for line in table.out.splitlines() if "SendMessage" in line] == [
        ["sqs:SendMessage", "2", "1", "1", "0"]
    ]
    assert "ask for one action" in table.err


def test_a_key_of_the_request_settles_what_hangs_on_it(shop: Ciem) -> None:
    mfa = ("--context", "aws:MultiFactorAuthPresent=true")
    found = lines(shop("who-can", "sqs:SendMessage", QUEUE, *mfa, "--output", "jsonl").out)
    assert names(found, "certain") == ["ada", "bob", "root"]


def test_accounts_that_were_not_read_are_named_and_not_taken_for_empty(
    ciem: Ciem, importing: Any, person: Any
) -> None:
    organization = {
        "id": "o-exampleorg",
        "management_account": SHOP,
        "root": {"id": "r-ab12"},
        "accounts": [{"id": SHOP, "parent": "r-ab12"}, {"id": OTHER, "parent": "r-ab12"}],
        "service_control_policies": [],
        "resource_control_policies": [],
    }
    importing("whole", person("ada", SENDS), organization=organization)
    ended = ciem("who-can", "sqs:SendMessage", QUEUE, "--output", "json")
    assert ended.json["accounts_not_read"] == [OTHER]
    assert f"identities of {OTHER} were not read, or not all: they are not in the list" in ended.err


@pytest.fixture
def answer(importing: Any, person: Any, tmp_path: Path) -> Callable[[str], None]:
    """Prints an answer of which a service, and everybody, are a part."""
    snapshot = importing("shop", person("ada", SENDS))
    index = open_index(snapshot, tmp_path / "cache")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}}  # fmt: skip
    others = tuple(
        decided({"principal": one, "action": "sqs:SendMessage", "resource": QUEUE, "resource_policy": policy})
        for one in ("events.amazonaws.com", "anonymous")
    )

    def told(output: str) -> None:
        found = index.who_can("sqs:SendMessage", QUEUE)
        beyond = WhoCan(
            found.action, found.resource, found.owner, found.groups, others, ("a\x1b[31mb",), found.look_up
        )
        show(Context(None, output), beyond, snapshot, None)

    return told


def test_callers_beyond_the_snapshot_are_lines_of_the_list_too(
    answer: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answer("jsonl")
    out, err = capsys.readouterr()
    beyond = [one for one in lines(out) if not one["in_snapshot"]]
    assert [(one["arn"], one["type"]) for one in beyond] == [
        ("events.amazonaws.com", "service"),
        ("anonymous", "anonymous"),
    ]
    assert {one["decision"] for one in beyond} == {"allowed"}
    assert {one["certainty"] for one in beyond} == {"certain"}
    assert "warning: a\\u001b[31mb" in err, "an answer's words are no terminal's commands"


def test_callers_beyond_the_snapshot_end_the_table(
    answer: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answer("table")
    out = capsys.readouterr().out
    assert out.index("user/ada") < out.index("BEYOND THE SNAPSHOT") < out.index("events.amazonaws.com")


def test_large_groups_are_printed_piece_by_piece(
    importing: Any, person: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first identities are out before the last are looked up."""
    snapshot = importing("many", *(person(f"u{number:04}", SENDS) for number in range(2500)))
    found = open_index(snapshot, tmp_path / "cache").who_can("sqs:SendMessage", QUEUE)
    asked: list[int] = []

    def look_up(ids: Any) -> Any:
        asked.append(len(ids))
        return found.look_up(ids)

    watched = WhoCan(
        found.action, found.resource, found.owner, found.groups, found.others, found.warnings, look_up
    )
    show(Context(None, "jsonl"), watched, snapshot, None)
    assert len(capsys.readouterr().out.splitlines()) == 2501
    assert max(asked) <= 1000


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sqs:Sned*",), 1, "no action of AWS"),
        (("SendMessage",), 1, "is no action"),
        (("sqs:SendMessage", "--limit", "-1"), 2, "-1"),
        (("sqs:SendMessage", "--resource-account", "12"), 2, "an account id has 12 digits"),
        (("sqs:SendMessage", "--connection", "nothing"), 1, "no snapshot has the name or id `nothing`"),
        (("sqs:SendMessage", "--connection", "shop", "--snapshot", "."), 2, "give one of them"),
        (("sqs:SendMessage", "--snapshot", "."), 1, "is no snapshot that can be read"),
    ],
)
def test_what_can_not_be_asked_says_why(
    shop: Ciem, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = shop("who-can", *arguments)
    assert ended.code == code
    assert words in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_without_a_snapshot_the_next_step_is_named(ciem: Ciem) -> None:
    ended = ciem("who-can", "sqs:SendMessage")
    assert (ended.code, "ciem snapshot import" in ended.err) == (1, True)


def test_a_connection_is_asked_by_its_name_or_id_on_disk_alone(
    ciem: Ciem, importing: Any, person: Any, tmp_path: Path
) -> None:
    importing("first", person("old", SENDS))
    first = importing("first", person("ada", SENDS))
    importing("second", person("bob", SENDS))
    for options, name in (
        (("--connection", "first"), "ada"),
        (("--connection", first.manifest.connection_id), "ada"),
        (("--snapshot", str(first.folder)), "ada"),
        ((), "bob"),
    ):
        found = lines(ciem("who-can", "sqs:SendMessage", QUEUE, *options, "--output", "jsonl").out)
        assert names(found, "certain") == sorted([name, "root"]), options
    assert not (tmp_path / "data" / "ciem.sqlite3").exists()


def test_a_damaged_latest_snapshot_is_told_and_an_older_one_does_not_answer_for_it(
    ciem: Ciem, importing: Any, person: Any
) -> None:
    importing("shop", person("old", SENDS))
    newest = importing("shop", person("ada", SENDS))
    (newest.folder / "manifest.json").write_text("{")
    ended = ciem("who-can", "sqs:SendMessage", "--connection", "shop")
    assert ended.code == 1
    assert "`shop` is no snapshot that can be read" in ended.err


LOADED = """
import sys
from cloud_entitlements.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
heavy = {"django", "boto3", "botocore", "rich", "duckdb"} & set(sys.modules)
assert not heavy, heavy
"""


def test_neither_django_nor_boto3_is_imported_nor_what_made_the_index(shop: Ciem, tmp_path: Path) -> None:
    shop("who-can", "sqs:SendMessage", QUEUE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    arguments = ["who-can", "sqs:SendMessage", QUEUE, "--output", "jsonl"]
    command = [sys.executable, "-c", LOADED, "--data-dir", str(tmp_path / "data"), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_reader_that_leaves_ends_the_command_without_a_complaint(shop: Ciem, tmp_path: Path) -> None:
    command = [PROGRAM, "--data-dir", str(tmp_path / "data"), "who-can", "sqs:SendMessage", QUEUE]
    with subprocess.Popen(
        [*command, "--output", "jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
        assert running.wait(60) == 141


@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_a_terminal_and_no_color_ends_them(
    shop: Ciem, tmp_path: Path, more: dict[str, str], coloured: bool
) -> None:
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    asked = ["who-can", "sqs:SendMessage", QUEUE], ["can", f"arn:aws:iam::{SHOP}:user/ada", "sqs:GetQueueUrl"]
    for arguments in asked:
        subprocess.run(
            [PROGRAM, "--data-dir", str(tmp_path / "data"), *arguments],
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env={**plain, "TERM": "xterm", **more},
            check=True,
        )
        assert ("\x1b[32" in (out := os.read(ours, 65536).decode())) is coloured, out
    os.close(theirs)
    os.close(ours)
