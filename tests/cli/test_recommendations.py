"""`ciem recommendations`: what fails with its evidence, acknowledging it, and the end of a pipeline."""

from __future__ import annotations

import csv
import io
import json
import shlex
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations.models import Recommendation
from tests.server.asked import imported
from tests.server.days import ACCOUNT, CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Terminal = Callable[..., tuple[int, str, str]]
LIST = ("recommendations", "--criterion", "administrator")
ACK, UNACK = ("recommendations", "ack", "administrator"), ("recommendations", "unack", "administrator")
WHY = ("--reason", "break glass")


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user(HOSTILE, FULL), user(FORMULA, FULL), user("bob"))
    return found


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def names(terminal: Terminal, *options: str) -> list[str]:
    code, out, err = terminal(*LIST, "--output", "jsonl", *options)
    assert code == 0, err
    return sorted(json.loads(line)["name"] for line in out.splitlines())


def row(name: str) -> Recommendation:
    return Recommendation.objects.get(criterion="administrator", name=name)


def test_json_has_counts_coverage_and_evidence(terminal: Terminal, days: Days) -> None:
    code, out, err = terminal(*LIST, "--output", "json")
    found = json.loads(out)
    assert (code, found["total"], found["coverage"]["whole"]) == (0, 3, True)
    assert found["by_criticality"] == {"high": {"suggested": 3}, "medium": {}, "low": {}}
    one = next(one for one in found["recommendations"] if one["name"] == "ada")
    assert (one["arn"], one["state"], one["criticality"]) == (arn("ada"), "suggested", "high")
    assert "inline policy p0" in one["evidence"][0]["text"]
    assert err == "ciem: suggested: 3 high, 0 medium, 0 low\n"


def test_a_table_and_a_csv_have_evidence_and_no_formula(terminal: Terminal, days: Days) -> None:
    assert "inline policy p0" in terminal(*LIST)[1]
    _, out, _ = terminal(*LIST, "--output", "csv", "--columns", "name,evidence,state")
    found = list(csv.reader(io.StringIO(out)))
    assert found[0] == ["NAME", "EVIDENCE", "STATE"]
    assert {one[0] for one in found[1:]} == {"ada", HOSTILE, f"'{FORMULA}"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--search", "ADA"), ["ada"]),
        (("--search", "administrator ada"), ["ada"]),
        (("--account", "999999999999"), []),
        (("--connection", CONNECTION, "--type", "user"), [HOSTILE, FORMULA, "ada"]),
        (("--criticality", "low,medium"), []),
        (("--state", "followed"), []),
        (("--state", "any", "--criticality", "high", "--criticality", "low"), [HOSTILE, FORMULA, "ada"]),
        (("--limit", "0"), []),
    ],
    ids=" ".join,
)
def test_filters_narrow_the_list(
    terminal: Terminal, days: Days, options: tuple[str, ...], expected: list[str]
) -> None:
    assert names(terminal, *options) == sorted(expected)


@pytest.mark.parametrize("path", ["", "administrator/"])
@pytest.mark.parametrize(
    "query", ["", "q=ada", "state=acknowledged", "criticality=high&type=user&account=" + ACCOUNT]
)
def test_the_line_on_the_page_lists_what_the_page_lists(
    terminal: Terminal, days: Days, admin_client: Client, path: str, query: str
) -> None:
    terminal(*ACK, arn(FORMULA), *WHY)
    answer = admin_client.get(f"/recommendations/{path}?{query}")
    code, out, _ = terminal(*shlex.split(answer.context["command"])[1:], "--output", "jsonl")
    assert code == 0
    found = {json.loads(one)["name"] for one in out.splitlines() if "administrator" in one}
    state = "acknowledged" if path and "state" in query else "suggested"
    expected = {one.name for one in Recommendation.objects.filter(criterion="administrator", state=state)}
    assert found == ({"ada"} if "q=" in query else expected)


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [
        ("--state", "open", "suggested, acknowledged, followed, withdrawn, any"),
        ("--sort", "impact", "criticality"),
        ("--criterion", "nothing", "user-mfa"),
        ("--criticality", "dreadful", "high, medium, low"),
        ("--connection", "nobody", CONNECTION),
        ("--fail-on", "dreadful", "high"),
    ],
)
def test_a_value_that_is_not_known_is_refused_with_those_that_are(
    terminal: Terminal, days: Days, option: str, value: str, known: str
) -> None:
    code, out, err = terminal("recommendations", option, value)
    assert (code, out) == (2, "")
    assert known in err


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--fail-on", "high"), 1),
        (("--fail-on", "low"), 1),
        (("--fail-on", "low", "--limit", "0"), 1),
        (("--fail-on", "low", "--search", "nobody"), 0),
        (("--fail-on", "low", "--criticality", "low"), 0),
        ((), 0),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_pipeline_ends_by_what_is_suggested(
    terminal: Terminal, days: Days, options: tuple[str, ...], code: int
) -> None:
    assert terminal(*LIST, *options)[0] == code


@pytest.mark.parametrize(("set_to", "code"), [("high", 1), ("medium", 0), ("low", 0)])
def test_what_is_less_critical_than_asked_for_ends_no_pipeline(
    terminal: Terminal, days: Days, set_to: str, code: int
) -> None:
    terminal("criteria", "set", "administrator", "--criticality", set_to)
    assert terminal(*LIST, "--fail-on", "high")[0] == code


def test_what_is_acknowledged_ends_no_pipeline(terminal: Terminal, days: Days) -> None:
    terminal(*ACK, "--all", *WHY)
    assert terminal(*LIST, "--fail-on", "low", "--state", "any")[0] == 0


def test_what_was_not_read_is_no_pass(terminal: Terminal, days: Days) -> None:
    terminal(*ACK, "--all", *WHY)
    days.not_read("mfa_devices")
    assert terminal(*LIST)[0] == 0
    code, _, err = terminal(*LIST, "--fail-on", "high")
    assert code == 3
    assert "mfa devices" in err


def test_an_account_that_was_not_connected_is_no_pass(terminal: Terminal) -> None:
    imported(settings.SNAPSHOTS_DIR)
    code, _, err = terminal("recommendations", "--fail-on", "high")
    assert code == 3
    assert "2 of 3 accounts were read" in err


def test_acknowledging_by_name_says_how_many_and_leaves_the_counts(terminal: Terminal, days: Days) -> None:
    until = f"{timezone.now() + timedelta(days=9):%Y-%m-%d}"
    code, out, err = terminal(*ACK, arn("ada"), arn(HOSTILE), *WHY, "--until", until, "--output", "json")
    assert (code, err, json.loads(out)) == (0, "", {"criterion": "administrator", "changed": 2})
    one = row("ada")
    assert (one.state, one.reason) == ("acknowledged", "break glass")
    assert one.acknowledged_by.endswith("in a terminal")
    assert f"{one.acknowledged_until:%Y-%m-%d}" == until
    assert Identity.objects.get(name="ada").high == 0
    assert names(terminal) == [FORMULA]
    code, out, _ = terminal(*UNACK, arn("ada"))
    assert (code, "SUGGESTED AGAIN  1" in out) == (0, True)
    assert names(terminal) == sorted([FORMULA, "ada"])


def test_all_means_what_the_filters_leave_and_keeps_the_reasons_of_others(
    terminal: Terminal, days: Days
) -> None:
    terminal(*ACK, "--all", "--search", "ada", "--connection", CONNECTION, *WHY)
    assert [one.name for one in Recommendation.objects.filter(state="acknowledged")] == ["ada"]
    code, out, _ = terminal(*ACK, "--all", "--reason", "all others", "--output", "json")
    assert (code, json.loads(out)["changed"]) == (0, 2)
    assert (row("ada").reason, row(FORMULA).reason) == ("break glass", "all others")


def test_what_is_named_may_be_acknowledged_already(terminal: Terminal, days: Days) -> None:
    terminal(*ACK, arn("ada"), *WHY)
    assert terminal(*ACK, arn("ada"), "--reason", "another")[0] == 0
    assert row("ada").reason == "another"


def test_an_acknowledgement_that_is_over_is_suggested_again(terminal: Terminal, days: Days) -> None:
    terminal(*ACK, arn("ada"), *WHY)
    Recommendation.objects.filter(name="ada").update(acknowledged_until=timezone.now() - timedelta(seconds=1))
    assert "ada" in names(terminal)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((*ACK, arn("ada"), arn("nobody"), *WHY), 1, "nothing was changed"),
        ((*ACK, arn("ada"), arn("a\udcff"), *WHY), 1, "nothing was changed"),
        ((*ACK, arn("bob"), *WHY), 1, "ciem recommendations --criterion administrator"),
        ((*ACK, "--all", "--search", "nobody", *WHY), 1, "is left by the filters"),
        ((*UNACK, "--all"), 1, "that is acknowledged"),
        ((*UNACK, arn("ada")), 1, "is not acknowledged"),
        ((*ACK, *WHY), 1, "name their ARNs"),
        ((*ACK, arn("ada"), "--all", *WHY), 1, "both ARNs and all"),
        ((*ACK, arn("ada"), "--search", "ada", *WHY), 2, "--all"),
        ((*ACK, arn("ada"), "--reason", " "), 1, "a reason is missing"),
        ((*ACK, arn("ada")), 2, "--reason"),
        ((*ACK, arn("ada"), *WHY, "--until", "yesterday"), 1, "is no day"),
        ((*ACK, arn("ada"), *WHY, "--until", "2020-01-01"), 1, "is past"),
        ((*ACK, "--all", "--type", "usr", *WHY), 2, "user, role, group, root"),
        (("recommendations", "ack", "nothing", arn("ada"), *WHY), 1, "ciem criteria list"),
        (("recommendations", "--criticality", "low", "ack", "administrator", "--all", *WHY), 2, "behind it"),
    ],
    ids=lambda given: shlex.join(given)[16:70] if isinstance(given, tuple) else "",
)
def test_what_can_not_be_acknowledged_says_why_and_changes_nothing(
    terminal: Terminal, days: Days, words: tuple[str, ...], code: int, told: str
) -> None:
    before = list(Recommendation.objects.order_by("id").values())
    ended, out, err = terminal(*words)
    assert (ended, out) == (code, "")
    assert told in err
    assert list(Recommendation.objects.order_by("id").values()) == before


def test_without_a_snapshot_the_next_step_is_named(terminal: Terminal) -> None:
    code, out, err = terminal(*LIST, "--fail-on", "high")
    assert (code, out) == (1, "")
    assert "ciem snapshot import" in err
    assert "ciem snapshot import" in terminal(*ACK, "--all", *WHY)[2]


def test_the_program_itself_fails_on_what_it_imported(ciem: Any, importing: Any, person: Any) -> None:
    importing("shop", person("boss", FULL))
    ended = ciem("recommendations", "--fail-on", "high")
    assert ended.code == 1
    assert "administrator" in ended.out
    assert "1 high" in ended.err
