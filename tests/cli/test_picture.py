"""`ciem picture`: what the pages draw, in a terminal."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.cli.context import clean
from cloud_entitlements.server.access import opened
from tests.server.days import ACCOUNT, FORMULA, FULL, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Terminal = Callable[..., tuple[int, str, str]]
ESCAPE = "\x1b[31mred"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    opened.forget()
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user(FORMULA, FULL), user(ESCAPE, FULL))
    return found


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


QUESTIONS = [("organization", "--account", ACCOUNT), ("path", arn("ada"))]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one[0])
def test_a_picture_is_a_table_json_csv_and_a_drawing(
    terminal: Terminal, days: Days, question: tuple[str, ...]
) -> None:
    code, table, err = terminal("picture", *question)
    assert (code, "KIND" in table, "\x1b" in table) == (0, True, False), err
    data = json.loads(terminal("picture", *question, "--output", "json")[1])
    rows = list(csv.DictReader(io.StringIO(terminal("picture", *question, "--output", "csv")[1])))
    ids = {one["ID"] for one in rows if one.get("ROW") != "edge"}
    assert ids == {clean(one["id"]) for one in data["nodes"]}
    drawn = terminal("picture", *question, "--svg")[1]
    assert ET.fromstring(drawn).tag.endswith("svg")
    assert "\x1b" not in drawn


def test_it_is_what_the_page_gives(terminal: Terminal, days: Days) -> None:
    page = Client()
    page.force_login(User.objects.create_superuser("ada"))
    told = json.loads(terminal("picture", "path", arn("ada"), "--output", "json")[1])
    assert told == page.get("/identity/path.json", {"arn": arn("ada")}).json()
    told = json.loads(terminal("picture", "organization", "--output", "json")[1])
    assert told == page.get("/organization/nodes.json").json()


def test_a_formula_is_none_in_the_csv(terminal: Terminal, days: Days) -> None:
    out = terminal("picture", "organization", "--account", ACCOUNT, "--output", "csv")[1]
    assert f"'{FORMULA}" in [one["NAME"] for one in csv.DictReader(io.StringIO(out))]


@pytest.mark.parametrize(
    ("question", "exits", "told"),
    [
        (("path", arn("nobody")), 1, "there is no identity"),
        (("path", arn("ada"), "--connection", "none"), 2, "`none` is not known"),
        (("organization", "--tag", "none"), 2, "`none` is not known"),
    ],
)
def test_what_is_not_there_is_said(
    terminal: Terminal, days: Days, question: tuple[str, ...], exits: int, told: str
) -> None:
    code, out, err = terminal("picture", *question)
    assert (code, out) == (exits, "")
    assert told in err
