"""History: what changed from one snapshot to another, on a page and as a file; on both database engines."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.server.access import compared, opened

from .days import CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    compared.forget()
    opened.forget()
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user("bob", READ), user("eve"))
    found.collected(user("ada"), user("bob", READ), user(HOSTILE, READ), user(FORMULA, READ))
    return found


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


@pytest.mark.parametrize("address", ["/history/", "/history.csv"])
def test_nobody_sees_it_who_is_not_signed_in(address: str, db: None) -> None:
    assert Client().get(address)["Location"].startswith("/accounts/login/")


def test_who_came_who_went_and_who_lost_what(page: Client, days: Days) -> None:
    answer = page.get("/history/")
    found = {row.change.name: row for row in answer.context["rows"]}
    assert {name: row.change.status for name, row in found.items()} == {
        "ada": "changed", "eve": "gone", HOSTILE: "new", FORMULA: "new",
    }  # fmt: skip
    assert found["ada"].why == ["detached: inline policy p0"]
    assert "s3" in dict(found["ada"].lost)
    assert HOSTILE not in text(answer)
    assert "bob" not in found, "nothing of it changed"


def test_filters_stand_in_the_address(page: Client, days: Days) -> None:
    assert [row.change.name for row in page.get("/history/?status=gone").context["rows"]] == ["eve"]
    assert [row.change.name for row in page.get("/history/?q=ADA").context["rows"]] == ["ada"]
    assert "Nothing matches the filters" in text(page.get("/history/?q=nobody"))
    names = {row.change.name for row in page.get("/history/?service=s3").context["rows"]}
    assert names == {"ada", HOSTILE, FORMULA}


def test_two_snapshots_are_chosen_by_name_in_either_order(page: Client, days: Days) -> None:
    new, old = (one.manifest.id for one in page.get("/history/").context["snapshots"])
    turned = page.get(f"/history/?old={new}&new={old}")
    assert {row.change.name: row.change.status for row in turned.context["rows"]}["eve"] == "new"
    assert page.get("/history/?old=nothing").status_code == 404


def test_one_snapshot_has_nothing_beside_it(page: Client, tmp_path: Path) -> None:
    assert "There is no snapshot yet" in text(page.get("/history/"))
    Days(tmp_path).collected(user("ada"))
    assert "There is one snapshot so far" in text(page.get("/history/"))


def test_what_was_not_read_is_unknown_and_never_gone(page: Client, tmp_path: Path) -> None:
    days = Days(tmp_path)
    days.not_read()
    days.collected(user("ada", FULL))
    answer = page.get("/history/")
    assert [row.change.status for row in answer.context["rows"]] == ["unknown"]
    assert "was not read" in text(answer) or "not_read" in text(answer)


def test_the_file_is_what_is_filtered_and_holds_no_formula(page: Client, days: Days) -> None:
    rows = list(csv.reader(io.StringIO(b"".join(page.get("/history.csv?status=new")).decode())))
    assert rows[0][0] == "STATUS"
    assert {row[1].rpartition("/")[2] for row in rows[1:]} == {HOSTILE, FORMULA}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows[1:] for cell in row)
