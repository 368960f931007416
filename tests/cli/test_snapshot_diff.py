"""`ciem snapshot diff`: two imports of one account, compared as a person types it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloud_entitlements.inventory import Snapshot

from .conftest import HOSTILE, PEOPLE, SHOP, Ciem, allow, user

ADA, BOB, EVE, NEW = (f"arn:aws:iam::{SHOP}:user/{name}" for name in ("ada", "bob", "eve", "new"))
Importing = Callable[..., Snapshot]
FORMULA = "=1+1"


@pytest.fixture
def two(ciem: Ciem, importing: Importing) -> tuple[Ciem, Snapshot, Snapshot]:
    """Ada may read queues no more, eve is gone, somebody is new."""
    people = PEOPLE[:3]
    older = importing("shop", *people)
    newer = importing(
        "shop",
        user("ada", allow(["sqs:SendMessage"])),
        people[1],
        user("new", allow("s3:*"), Tags=[{"Key": FORMULA, "Value": HOSTILE}]),
    )
    return ciem, older, newer


def test_the_latest_is_compared_with_the_one_before_it(two: tuple[Ciem, Snapshot, Snapshot]) -> None:
    ciem, older, newer = two
    ended = ciem("snapshot", "diff", "--output", "json")
    assert ended.code == 0
    found = ended.json
    assert (found["old"]["id"], found["new"]["id"]) == (older.manifest.id, newer.manifest.id)
    assert found["counts"] == {"new": 1, "gone": 1, "changed": 1, "unknown": 0}
    assert (found["accounts"], found["control_policies"], found["not_compared"]) == ([], [], [])
    told = {one["arn"]: one for one in found["identities"]}
    assert {arn: one["status"] for arn, one in told.items()} == {ADA: "changed", EVE: "gone", NEW: "new"}
    assert told[ADA]["actions"]["lost"]["sqs"] == ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
    assert told[NEW]["actions"]["gained"]["s3"] == ["s3:*"]
    assert [one["status"] for one in told[ADA]["policies"]] == ["changed"]
    assert told[NEW]["tags"] == [{"key": FORMULA, "before": None, "after": HOSTILE}]


def test_a_table_says_in_words_what_changed(two: tuple[Ciem, Snapshot, Snapshot]) -> None:
    ciem, older, newer = two
    out = ciem("snapshot", "diff").out
    assert f"({older.manifest.id}) → shop of " in out
    assert "1 new, 1 gone, 1 changed, 0 that can't be compared" in out
    (line,) = (one for one in out.splitlines() if ADA in one)
    assert "sqs:GetQueueAttributes" in line
    assert "changed: inline policy \\u001b[31mown" in line, "a policy's name is no terminal's command"
    assert newer.manifest.id in out
    assert "\x1b" not in out


def test_csv_has_a_line_a_change_and_no_formula(two: tuple[Ciem, Snapshot, Snapshot]) -> None:
    out = two[0]("snapshot", "diff", "--output", "csv").out
    found = {one["ARN"]: one for one in csv.DictReader(io.StringIO(out))}
    assert found[ADA]["STATUS"] == "changed"
    assert found[ADA]["LOST"] == "sqs:GetQueueAttributes, sqs:GetQueueUrl"
    assert f"tag {FORMULA}" in found[NEW]["WHAT CHANGED"]
    assert not any(value.startswith(("=", "+", "-", "@")) for one in found.values() for value in one.values())


def test_json_lines_say_of_what_kind_each_is(two: tuple[Ciem, Snapshot, Snapshot]) -> None:
    found = [json.loads(one) for one in two[0]("snapshot", "diff", "--output", "jsonl").out.splitlines()]
    assert [(one["kind"], one["arn"]) for one in found] == [
        ("identity", ADA),
        ("identity", EVE),
        ("identity", NEW),
    ]


def test_the_two_are_chosen_by_id_and_the_other_way_round_gains_are_losses(
    two: tuple[Ciem, Snapshot, Snapshot],
) -> None:
    ciem, older, newer = two
    ended = ciem("snapshot", "diff", newer.manifest.id, older.manifest.id, "--output", "json")
    told = {one["arn"]: one for one in ended.json["identities"]}
    assert "gained" in told[ADA]["actions"]
    assert "lost" not in told[ADA]["actions"]
    same = ciem("snapshot", "diff", "latest", "latest")
    assert (same.code, "nothing has changed" in same.out) == (0, True)


@pytest.mark.parametrize("output", ["table", "jsonl", "csv"])
def test_that_nothing_has_changed_is_said(ciem: Ciem, importing: Importing, output: str) -> None:
    for _ in range(2):
        importing("shop", user("ada", allow("s3:*")))
    ended = ciem("snapshot", "diff", "--output", output)
    assert ended.code == 0
    assert "nothing has changed\n" in (ended.out if output == "table" else ended.err)


def test_one_identity_or_one_service_is_picked_out(two: tuple[Ciem, Snapshot, Snapshot]) -> None:
    ciem = two[0]
    one = ciem("snapshot", "diff", "--identity", BOB, "--output", "json")
    assert (one.code, one.json["identities"]) == (0, []), "he is as he was"
    found = ciem("snapshot", "diff", "--service", "s3", "--output", "json").json["identities"]
    assert [(one["arn"], set(one["actions"]["gained"])) for one in found] == [(NEW, {"s3"})]
    hint = ciem("snapshot", "diff", "--service", "dynamodbb").err
    assert "did you mean `dynamodb`?" in hint


def test_what_was_not_read_ends_with_three(ciem: Ciem, importing: Importing) -> None:
    importing("shop", user("ada", AttachedManagedPolicies=[]))
    lost = [{"PolicyName": "lost", "PolicyArn": f"arn:aws:iam::{SHOP}:policy/lost"}]
    importing("shop", user("ada", AttachedManagedPolicies=lost))
    ended = ciem("snapshot", "diff")
    assert ended.code == 3
    assert "not read: identity" in ended.out


def _account(folder: Path, name: str, *people: dict[str, Any]) -> str:
    """A file as `aws iam get-account-authorization-details` prints it."""
    lists = {"UserDetailList": people, "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    (folder / name).write_text(json.dumps(lists))
    return str(folder / name)


def test_an_account_that_is_missing_hides_who_is_in_it(ciem: Ciem, tmp_path: Path) -> None:
    tools = "333333333333"
    above = {
        "id": "o-exampleorg",
        "management_account": "111111111111",
        "root": {"id": "r-ab12"},
        "accounts": [{"id": one, "parent": "r-ab12"} for one in ("111111111111", SHOP, tools)],
    }
    (tmp_path / "organization").write_text(json.dumps(above))
    here = _account(tmp_path, "here.json", user("ada"))
    there = _account(tmp_path, "there.json", user("kim", account=tools))
    for files in ((here, there), (here,)):
        around = ("--organization", str(tmp_path / "organization"))
        assert ciem("snapshot", "import", "--name", "shop", *around, *files).code == 0
    ended = ciem("snapshot", "diff")
    assert ended.code == 3
    assert "1 identity can't be compared" in ended.err
    assert "nothing has changed, as far as is known" in ended.out
    (line,) = (one for one in ended.out.splitlines() if tools in one)
    assert "not_read" in line
    listed = [json.loads(one) for one in ciem("snapshot", "diff", "--output", "jsonl").out.splitlines()]
    assert ("identity", "unknown") in {(one["kind"], one["status"]) for one in listed}


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_list_is_never_cut_in_silence(two: tuple[Ciem, Snapshot, Snapshot], output: str) -> None:
    ended = two[0]("snapshot", "diff", "--limit", "1", "--output", output)
    assert ADA in ended.out
    assert NEW not in ended.out
    assert "and 2 more identities" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nothing",), 1, "no snapshot has the id `nothing`"),
        (("--connection", "nothing"), 1, "no snapshot has the name or id `nothing`"),
        (("--identity", f"{ADA}a"), 1, "is no user, role or group of either snapshot"),
        (("--service", "s3:*"), 2, "is no service"),
    ],
)
def test_what_can_not_be_compared_says_why(
    two: tuple[Ciem, Snapshot, Snapshot], arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = two[0]("snapshot", "diff", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_one_snapshot_alone_has_nothing_to_be_compared_with(ciem: Ciem, shop: Ciem) -> None:
    ended = shop("snapshot", "diff")
    assert ended.code == 1
    assert "there is no snapshot of `shop` before" in ended.err


def test_without_a_snapshot_the_next_step_is_named(ciem: Ciem) -> None:
    ended = ciem("snapshot", "diff")
    assert (ended.code, "ciem snapshot import" in ended.err) == (1, True)
