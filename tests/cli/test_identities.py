"""`ciem identities` and `ciem identity`: the page's list and drawer in a terminal, of the latest snapshot."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from cloud_entitlements.inventory.default import use_connection
from cloud_entitlements.server.identities.asked import ALLOWED
from cloud_entitlements.server.identities.listing import Wanted, identities
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.identities.pages import command
from cloud_entitlements.server.recommendations import due
from cloud_entitlements.server.recommendations.asked import ALLOWED as OF_RECOMMENDATIONS
from cloud_entitlements.work import ledger
from cloud_entitlements.work.models import Run
from cloud_entitlements.work.runner import Job
from tests.server import identities_world
from tests.server.asked import imported
from tests.server.days import ACCOUNT, CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Terminal = Callable[..., tuple[int, str, str]]
ESCAPE = "\x1b[31mred"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user("bob"), user(HOSTILE, FULL), user(FORMULA), user(ESCAPE))
    return found


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def listed(terminal: Terminal, *options: str) -> list[str]:
    code, out, err = terminal("identities", "--output", "jsonl", *options)
    assert code == 0, err
    return [json.loads(line)["name"] for line in out.splitlines()]


def test_json_says_what_the_list_is_of(terminal: Terminal, days: Days) -> None:
    code, out, err = terminal("identities", "--type", "user", "--output", "json")
    found = json.loads(out)
    assert (code, err, found["total"]) == (0, "", 5)
    assert found["coverage"]["accounts"] == {"total": 1, "connected": 1}
    assert (found["coverage"]["whole"], found["coverage"]["waiting"]) == (True, [])
    ada = next(one for one in found["identities"] if one["name"] == "ada")
    assert (ada["arn"], ada["impact"], ada["administrator"]) == (arn("ada"), "E", "yes")
    assert ada["recommendations"]["high"] >= 1
    assert (ada["score"], ada["connection_id"]) == (None, CONNECTION)
    assert {HOSTILE, FORMULA, ESCAPE} <= {one["name"] for one in found["identities"]}


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(q="ADA user"),
        Wanted(type="user", impact="E"),
        Wanted(type="user,role", impact="A,B"),
        Wanted(administrator="yes"),
        Wanted(criterion="administrator", criticality="high"),
        Wanted(connection=CONNECTION, account=ACCOUNT),
        Wanted(account="999999999999"),
        Wanted(exempt="yes"),
        Wanted(exempt="no"),
    ],
    ids=lambda wanted: wanted.address("") or "all",
)
def test_the_line_on_the_page_lists_what_the_page_lists(
    terminal: Terminal, days: Days, wanted: Wanted
) -> None:
    words = shlex.split(command(wanted))
    assert words[:2] == ["ciem", "identities"]
    assert sorted(listed(terminal, *words[2:])) == sorted(one.name for one in identities(wanted))


def test_values_are_given_again_or_with_commas(terminal: Terminal, days: Days) -> None:
    both = listed(terminal, "--impact", "e", "--impact", "A", "--type", "user")
    assert sorted(both) == sorted(listed(terminal, "--impact", "E,A", "--type", "user"))
    assert len(both) == 5


@pytest.mark.parametrize(
    ("option", "value", "known"),
    [
        ("--type", "usr", "user, role, group, root"),
        ("--type", "user,usr", "user, role, group, root"),
        ("--impact", "F", "A, B, C, D, E"),
        ("--administrator", "maybe", "yes, contained, no, unknown"),
        ("--criterion", "nothing", "user-mfa"),
        ("--criticality", "dreadful", "high, medium, low"),
        ("--exempt", "yes,no", "yes, no"),
        ("--sort", "name,account", "impact"),
        ("--account", "12", "12 digits"),
        ("--connection", "nobody", CONNECTION),
        ("--tag", "blue", "leave it out"),
        ("--search", "a\udcff", "no text"),
    ],
)
def test_a_value_that_is_not_known_is_refused_with_those_that_are(
    terminal: Terminal, days: Days, option: str, value: str, known: str
) -> None:
    code, out, err = terminal("identities", option, value)
    assert (code, out) == (2, "")
    assert option in err
    assert known in err


def test_order_is_chosen_and_what_is_cut_is_said(terminal: Terminal, days: Days) -> None:
    assert listed(terminal, "--sort", "name", "--type", "user")[-1] == "bob"
    assert listed(terminal, "--sort", "recommendations", "--type", "user")[0] in ("ada", HOSTILE)
    code, out, err = terminal("identities", "--limit", "2", "--output", "json")
    assert (code, len(json.loads(out)["identities"]), json.loads(out)["total"]) == (0, 2, 6)
    assert "and 4 more identities" in err


def test_a_table_obeys_no_name_and_says_what_is_not_known(terminal: Terminal, days: Days) -> None:
    _, out, _ = terminal("identities")
    assert "\x1b" not in out
    assert "\\u001b[31mred" in out
    assert "not known" in out


def test_a_csv_has_the_columns_that_were_chosen_and_no_formula(terminal: Terminal, days: Days) -> None:
    _, out, _ = terminal("identities", "--type", "user", "--output", "csv", "--columns", "name,impact,name")
    found = list(csv.reader(io.StringIO(out)))
    assert found[0] == ["NAME", "IMPACT"]
    assert {row[0] for row in found[1:]} == {"ada", "bob", HOSTILE, f"'{FORMULA}", "\\u001b[31mred"}
    assert "ENTITLEMENT SCORE" in terminal("identities", "--output", "csv")[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--columns", "name"), "--output csv"),
        (("--columns", "nothing", "--output", "csv"), "choose among arn"),
    ],
)
def test_columns_that_are_none_are_refused(
    terminal: Terminal, days: Days, options: tuple[str, ...], words: str
) -> None:
    code, out, err = terminal("identities", *options)
    assert (code, out) == (2, "")
    assert words in err


def test_gaps_are_said_and_end_nothing(terminal: Terminal, days: Days) -> None:
    days.not_read("mfa_devices")
    code, out, err = terminal("identities", "--output", "json")
    found = json.loads(out)["coverage"]
    assert code == 0
    assert (found["gaps"], found["whole"]) == (1, False)
    assert found["gap_list"][0]["part"] == "mfa devices"
    assert f"{ACCOUNT} mfa devices" in err


def test_what_a_terminal_imported_is_judged_before_it_is_listed(terminal: Terminal) -> None:
    snapshot = imported(settings.SNAPSHOTS_DIR)
    assert not Analysis.objects.exists()
    assert "deploy" in listed(terminal, "--type", "role", "--limit", "200")
    run = Run.objects.get()
    assert (run.subject, run.state) == (due.subject_of(snapshot.manifest.connection_id), "done")
    assert listed(terminal, "--search", "deploy") == ["deploy"]
    assert Run.objects.count() == 1, "what is judged already is not judged again"


def test_a_run_under_way_in_a_server_is_waited_for(terminal: Terminal) -> None:
    snapshot = imported(settings.SNAPSHOTS_DIR)
    due.request(snapshot.manifest.connection_id)
    item = ledger.claim("the server", [due.ANALYSE])
    assert item is not None

    def serve() -> None:
        time.sleep(0.5)
        due.handle(Job(item))
        ledger.finish(item)
        connections.close_all()

    server = threading.Thread(target=serve)
    server.start()
    assert listed(terminal, "--search", "deploy") == ["deploy"]
    server.join()
    assert Run.objects.get().items.get().attempt == 1, "nobody else did it too"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time alone is mocked: another attempt follows at once."""
    monkeypatch.setattr("cloud_entitlements.work.runner.RETRY_SECONDS", 0)


def broken(name: str) -> None:
    """An import whose files are damaged."""
    found = imported(settings.SNAPSHOTS_DIR, name)
    (found.folder / "users.parquet").write_bytes(b"PAR1 no more")
    shutil.rmtree(settings.DATA_DIR / "cache", ignore_errors=True)


def test_what_can_not_be_judged_is_said_and_its_older_rows_are_shown(terminal: Terminal, hasty: None) -> None:
    imported(settings.SNAPSHOTS_DIR)
    listed(terminal)
    broken("audit")
    code, out, err = terminal("identities", "--search", "deploy", "--output", "json")
    assert code == 3
    assert [one["name"] for one in json.loads(out)["identities"]] == ["deploy"]
    assert json.loads(out)["coverage"]["waiting"]
    assert "`audit` could not be judged" in err
    assert "older snapshot" in err


def test_without_older_rows_there_is_no_empty_list(terminal: Terminal, hasty: None) -> None:
    broken("audit")
    code, out, err = terminal("identities")
    assert (code, out) == (1, "")
    assert "could not be judged" in err


def test_an_import_that_was_removed_is_listed_no_more(terminal: Terminal) -> None:
    imported(settings.SNAPSHOTS_DIR, "one")
    two = imported(settings.SNAPSHOTS_DIR, "two")
    assert len(listed(terminal, "--search", "role/deploy")) == 2
    shutil.rmtree(two.folder.parent)
    use_connection(settings.SNAPSHOTS_DIR, next(settings.SNAPSHOTS_DIR.glob("import-*")).name)
    assert len(listed(terminal, "--search", "role/deploy")) == 1


def test_without_a_snapshot_the_next_step_is_named(terminal: Terminal) -> None:
    for words in (("identities",), ("identity", arn("ada"))):
        code, out, err = terminal(*words)
        assert (code, out) == (1, "")
        assert "ciem snapshot import" in err


def test_one_identity_has_its_facts_evidence_and_fixes(terminal: Terminal, days: Days) -> None:
    code, out, err = terminal("identity", arn("ada"), "--output", "json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["name"], found["exempt"], found["also_in"]) == ("ada", None, [])
    assert found["impact_because"].startswith("E because: ")
    one = next(one for one in found["suggested"] if one["criterion"] == "administrator")
    assert "inline policy p0" in one["evidence"][0]["text"]
    assert "--user-name ada" in one["fix"]["cli"]
    assert one["why"]
    _, out, _ = terminal("identity", arn("ada"))
    for words in ("high: Administrator access (administrator)", "evidence: ", "--user-name ada", "not known"):
        assert words in out


def test_a_hostile_name_is_quoted_in_the_fix_and_obeyed_by_no_terminal(
    terminal: Terminal, days: Days
) -> None:
    assert f"'{HOSTILE}'" in terminal("identity", arn(HOSTILE))[1]
    code, out, _ = terminal("identity", arn(ESCAPE))
    assert (code, "\x1b" in out) == (0, False)


def test_what_is_contained_or_unknown_is_told_with_why(terminal: Terminal) -> None:
    imported(settings.SNAPSHOTS_DIR)
    _, out, _ = terminal("identity", "arn:aws:iam::222222222222:role/bounded")
    assert "contained: Administrator access (administrator): it can't give permissions" in out
    _, out, _ = terminal("identity", "arn:aws:iam::222222222222:user/ada", "--output", "json")
    assert "user-mfa" in {one["criterion"] for one in json.loads(out)["unknown"]}


def test_an_exempt_identity_says_why(terminal: Terminal, days: Days) -> None:
    Identity.objects.filter(name="bob").update(exempt="stacksets")
    assert "made by CloudFormation StackSets" in terminal("identity", arn("bob"))[1]
    assert listed(terminal, "--exempt", "yes") == ["bob"]


def test_an_identity_in_two_snapshots_is_chosen_by_its_connection(terminal: Terminal) -> None:
    first, second = (imported(settings.SNAPSHOTS_DIR, name) for name in ("one", "two"))
    listed(terminal)
    ada = "arn:aws:iam::222222222222:user/ada"
    for name, other in (("one", second), ("two", first)):
        code, out, err = terminal("identity", ada, "--connection", name, "--output", "json")
        assert (code, json.loads(out)["connection"]) == (0, name)
        assert other.manifest.connection_id in err


def test_somebody_of_identity_center_reaches_accounts_directly_or_through_groups(
    terminal: Terminal, tmp_path: Path
) -> None:
    identities_world.published(tmp_path)
    identities_world.judged(tmp_path)
    person = "arn:aws:identitystore:::user/u2"
    found = json.loads(terminal("identity", person, "--output", "json")[1])
    (way,) = found["reaches"]["ways"]
    assert (found["type"], way["permission_set"], way["state"]) == ("directory_user", "Power", "found")
    assert way["through"].endswith("group/g1")
    assert identities_world.SET in way["role"]
    assert f"reaches {identities_world.SHOP} by Power through " in terminal("identity", person)[1]
    assert person in {
        json.loads(line)["arn"]
        for line in terminal("identities", "--type", "directory_user", "--output", "jsonl")[1].splitlines()
    }


def test_the_help_of_each_filter_names_all_that_it_takes(terminal: Terminal) -> None:
    for words, allowed in ((("identities",), ALLOWED), (("recommendations",), OF_RECOMMENDATIONS)):
        told = " ".join(terminal(*words, "--help")[1].split())
        for name, values in allowed.items():
            described = told.partition(f" --{name} ")[2].partition(" --")[0]
            assert name == "criterion" or all(
                re.search(rf"\b{value}\b", described) or name == "impact" for value in values
            ), name


@pytest.mark.parametrize("name", ["nobody", "a\udcff", "a\x00"])
def test_an_identity_that_is_not_there_is_no_empty_answer(terminal: Terminal, days: Days, name: str) -> None:
    days.not_read("authorization_details")
    code, out, err = terminal("identity", arn(name))
    assert (code, out) == (1, "")
    assert "may be in one that was not" in err
    assert "ciem identities --search" in err


def test_the_program_itself_lists_what_it_imported(shop: Any) -> None:
    ended = shop("identities", "--type", "user", "--sort", "name", "--output", "json")
    assert ended.code == 0
    assert [one["name"] for one in ended.json["identities"]] == ["ada", "bob", "eve", "kim"]
    ended = shop("identity", "arn:aws:iam::222222222222:user/kim")
    assert "unknown: Administrator access" in ended.out
    assert "Traceback" not in ended.err
