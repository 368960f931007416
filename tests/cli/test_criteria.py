"""`ciem criteria`: what is checked, and what a security policy makes of it."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.recommendations.models import SecurityPolicy
from tests.server.asked import imported
from tests.server.days import CONNECTION, FULL, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Terminal = Callable[..., tuple[int, str, str]]
SET, AGE = ("criteria", "set"), "access-key-age"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    made = settings.DATA_DIR / "ciem.sqlite3"
    made.touch()  # where a program's database stands; the test's own has another name
    yield
    made.unlink()
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL))
    return found


def shown(terminal: Terminal, id_: str, *options: str) -> dict[str, Any]:
    code, out, err = terminal("criteria", "show", id_, "--output", "json", *options)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_criteria_are_told_without_a_database_and_none_is_made(ciem: Any, tmp_path: Path) -> None:
    listed = ciem("criteria", "list", "--output", "json").json
    assert [one["id"] for one in listed] == [one.id for one in CRITERIA]
    ended = ciem("criteria", "show", AGE)
    assert ended.code == 0
    for words in ("Old access key", "medium", "90", "IA-5(1)"):
        assert words in ended.out
    assert ciem("criteria", "show", "nothing").code == 1
    assert ciem("criteria", "known", "--output", "json").json == []
    assert not (tmp_path / "data").exists()


def test_with_and_without_a_database_the_same_is_told(terminal: Terminal, ciem: Any) -> None:
    assert json.loads(terminal("criteria", "list", "--output", "json")[1]) == (
        ciem("criteria", "list", "--output", "json").json
    )


def test_what_is_set_is_told_and_restored(terminal: Terminal) -> None:
    code, out, _ = terminal(*SET, AGE, "--period", "30", "--criticality", "high", "--output", "json")
    found = json.loads(out)
    assert (code, found["period"], found["criticality"], found["own"]) == (0, 30, "high", True)
    assert found["default"] == {"criticality": "medium", "period": 90, "enabled": True}
    assert SecurityPolicy.objects.get().changed_by.endswith("in a terminal")
    assert terminal(*SET, AGE, "--off")[0] == 0
    assert (shown(terminal, AGE)["enabled"], shown(terminal, AGE)["period"]) == (False, 30)
    assert terminal("criteria", "restore", AGE)[0] == 0
    assert (shown(terminal, AGE)["enabled"], shown(terminal, AGE)["own"]) == (True, False)


def test_a_connection_has_settings_of_its_own(terminal: Terminal, days: Days) -> None:
    terminal(*SET, AGE, "--period", "60")
    terminal(*SET, AGE, "--period", "30", "--connection", CONNECTION)
    assert shown(terminal, AGE)["period"] == 60
    mine = shown(terminal, AGE, "--connection", CONNECTION)
    assert (mine["period"], mine["otherwise"]["period"]) == (30, 60)
    terminal("criteria", "restore", "--yes", "--connection", CONNECTION)
    assert shown(terminal, AGE, "--connection", CONNECTION)["period"] == 60


def test_an_import_may_have_its_own_before_it_is_judged(terminal: Terminal) -> None:
    imported(settings.SNAPSHOTS_DIR, "audit")
    assert terminal(*SET, AGE, "--off", "--connection", "audit")[0] == 0
    assert shown(terminal, AGE, "--connection", "audit")["enabled"] is False


def test_the_next_list_is_judged_by_what_was_set(terminal: Terminal, days: Days) -> None:
    terminal(*SET, "administrator", "--criticality", "low")
    _, out, _ = terminal("recommendations", "--criterion", "administrator", "--output", "jsonl")
    assert {json.loads(line)["criticality"] for line in out.splitlines()} == {"low"}


def test_restoring_all_asks_first(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(*SET, AGE, "--off")
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody answers
    assert terminal("criteria", "restore")[0] == 130
    assert SecurityPolicy.objects.exists()
    assert terminal("criteria", "restore", "--yes")[0] == 0
    assert not SecurityPolicy.objects.exists()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((AGE,), 2, "nothing is to be set"),
        ((AGE, "--criticality", "dreadful"), 2, "high"),
        ((AGE, "--period", "0"), 1, "number of days"),
        ((AGE, "--period", "many"), 2, "integer"),
        (("administrator", "--period", "30"), 1, "asks for no age"),
        (("nothing", "--off"), 1, "ciem criteria list"),
        ((AGE, "--off", "--connection", "nobody"), 2, "not known"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_what_can_not_be_set_says_why(
    terminal: Terminal, days: Days, words: tuple[str, ...], code: int, told: str
) -> None:
    ended, out, err = terminal(*SET, *words)
    assert (ended, out) == (code, "")
    assert told in err
    assert not SecurityPolicy.objects.exists()
