"""`ciem permissions`: as it is typed, and how each form of output shows what the index found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from cloud_entitlements.access import Permission, Permissions
from cloud_entitlements.cli.context import Context
from cloud_entitlements.cli.permissions import show

Ciem = Callable[..., Any]
SHOP = "222222222222"
ADA, BOB, KIM = (f"arn:aws:iam::{SHOP}:user/{name}" for name in ("ada", "bob", "kim"))
HOSTILE = "inline policy \x1b[31mown"
BUCKETS = tuple(f"arn:aws:s3:::bucket-{number}" for number in range(7))
FOUND = Permissions(
    ADA,
    (
        Permission("s3:GetObject", "arn:aws:s3:::shop/*", "allowed", "", (), (), (HOSTILE,)),
        Permission(
            "s3:PutObject", "*", "conditional", "aws:SourceIp in 192.0.2.0/24", ("aws:SourceIp",), ("scp",), ()
        ),
        Permission("s3:Telepathy", "*", "allowed", "", (), (), ("=cmd()",), known=False),
    ),
    ("scp",),
    BUCKETS,
)  # fmt: skip
Showing = Callable[..., tuple[str, str]]


@pytest.fixture
def shown(importing: Any, person: Any, capsys: pytest.CaptureFixture[str]) -> Showing:
    snapshot = importing("shop", person("ada"))

    def told(output: str, service: str | None = None, limit: int | None = None) -> tuple[str, str]:
        show(Context(None, output), FOUND, snapshot, service, limit)
        return capsys.readouterr()

    return told


def test_json_has_the_permissions_and_what_may_give_more(shown: Showing) -> None:
    out, err = shown("json", "s3")
    found = json.loads(out)
    assert (found["principal"], found["service"], found["count"]) == (ADA, "s3", 3)
    assert (found["incomplete"], found["named_by"]) == (["scp"], list(BUCKETS))
    assert [one["action"] for one in found["permissions"]] == ["s3:GetObject", "s3:PutObject", "s3:Telepathy"]
    assert found["permissions"][1]["residual"] == "aws:SourceIp in 192.0.2.0/24"
    assert found["snapshot"]["name"] == "shop"
    assert err == "ciem: AWS's catalogue does not know s3:Telepathy\n"


def test_json_lines_are_a_permission_a_line_and_the_rest_is_said_aloud(shown: Showing) -> None:
    out, err = shown("jsonl")
    found = [json.loads(line) for line in out.splitlines()]
    assert [one["outcome"] for one in found] == ["allowed", "conditional", "allowed"]
    assert found[1]["incomplete"] == ["scp"]
    assert "not read was scp" in err
    assert f"may give more: {', '.join(BUCKETS[:5])} and 2 more" in err


def test_a_table_counts_first(shown: Showing) -> None:
    out, _ = shown("table")
    assert out.startswith(f"{ADA}\n  2 allowed, 1 conditional\n  snapshot shop of ")
    assert "s3:PutObject" in out
    assert "inline policy \\u001b[31mown" in out, "a policy's name is no terminal's command"


def test_csv_is_no_formula_and_no_command(shown: Showing) -> None:
    out, _ = shown("csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert [one["IN CATALOGUE"] for one in found] == ["yes", "yes", "no"]
    assert [one["FROM"] for one in found] == ["inline policy \\u001b[31mown", "", "'=cmd()"]


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_a_list_is_never_cut_in_silence(shown: Showing, output: str) -> None:
    out, err = shown(output, limit=1)
    assert "s3:GetObject" in out
    assert "s3:PutObject" not in out
    assert "and 2 more permissions: `--output jsonl` prints all" in err


def test_a_service_that_the_catalogue_does_not_know_is_said(shown: Showing) -> None:
    _, err = shown("json", "dynamodbb")
    assert "AWS's catalogue has no service `dynamodbb`: did you mean `dynamodb`?" in err


def test_what_a_principal_may_do_is_listed_with_its_conditions(shop: Ciem) -> None:
    found = shop("permissions", BOB, "--service", "sqs", "--output", "json").json
    sends = [one for one in found["permissions"] if one["action"] == "sqs:SendMessage"]
    assert [one["outcome"] for one in sends] == ["conditional"]
    assert "multifactorauthpresent" in sends[0]["residual"].lower()
    assert all(one["action"].startswith("sqs:") for one in found["permissions"])


def test_what_was_not_read_is_said_of_a_principal(shop: Ciem) -> None:
    ended = shop("permissions", KIM, "--output", "jsonl")
    assert ended.code == 0
    assert "not read was identity" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((f"{ADA}a",), 1, "which was read"),
        (("ada",), 1, "is no principal"),
        ((ADA, "--service", "sqs:Send*"), 2, "give what stands before the colon"),
        ((ADA, "--connection", "nothing"), 1, "no snapshot has the name or id"),
    ],
)
def test_what_can_not_be_asked_says_why(
    shop: Ciem, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = shop("permissions", *arguments)
    assert ended.code == code
    assert words in ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_without_a_snapshot_the_next_step_is_named(ciem: Ciem) -> None:
    ended = ciem("permissions", ADA)
    assert (ended.code, "ciem snapshot import" in ended.err) == (1, True)
