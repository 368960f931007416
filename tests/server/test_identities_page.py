"""The list of identities: filters in the address, pages by place, a drawer, a file."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.server.identities.models import Identity

from .days import ACCOUNT, CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}],
}


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    shutil.rmtree(settings.SNAPSHOTS_DIR / CONNECTION, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user("bob", READ), user(HOSTILE, FULL), user(FORMULA))
    return found


def names(answer: Any) -> list[str]:
    """Of the rows, as they are shown."""
    return [
        unescape(one)
        for one in re.findall(r'data-open data-drawer title="[^"]*">([^<]*)</a>', answer.content.decode())
    ]


@pytest.mark.parametrize("address", ["/identities/", "/identities.csv", "/identity/?arn=x"])
def test_nobody_sees_it_who_is_not_signed_in(address: str, db: None) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_the_worst_come_first_and_hostile_names_are_text(page: Client, days: Days) -> None:
    answer = page.get("/identities/")
    assert {HOSTILE, "ada"} == set(names(answer)[:2]) - {"root"} or {HOSTILE, "ada"} <= set(names(answer))
    assert names(answer)[-1] in ("bob", FORMULA, "root")
    assert HOSTILE not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "ADA"}, {"ada"}),
        ({"q": f"user {ACCOUNT} bob"}, {"bob"}),
        ({"q": "%"}, set()),
        ({"administrator": "yes", "type": "user"}, {"ada", HOSTILE}),
        ({"impact": "e", "type": "user"}, {"ada", HOSTILE}),
        ({"type": "user", "impact": "A,B"}, {"bob", FORMULA}),
        ({"account": "999999999999"}, set()),
        ({"connection": CONNECTION, "type": "user"}, {"ada", "bob", HOSTILE, FORMULA}),
        ({"connection": "another"}, set()),
        ({"criterion": "administrator"}, {"ada", HOSTILE}),
        ({"type": "user", "unheard": "of", "sort": "nothing"}, {"ada", "bob", HOSTILE, FORMULA}),
    ],
    ids=lambda given: str(given) if isinstance(given, dict) else "",
)
def test_filters_of_the_address_narrow_the_list(
    page: Client, days: Days, query: dict[str, str], expected: set[str]
) -> None:
    assert set(names(page.get(f"/identities/?{urlencode(query)}"))) == expected


def test_nothing_that_matches_is_not_the_same_as_nothing_at_all(page: Client, days: Days) -> None:
    assert "Nothing matches the filters" in page.get("/identities/?q=zzz").content.decode()
    Identity.objects.all().delete()
    assert "No identity was read" in page.get("/identities/").content.decode()


def test_before_anything_was_judged_the_page_says_so(page: Client) -> None:
    assert "Nothing was judged yet" in page.get("/identities/").content.decode()


@pytest.mark.parametrize("sort", ["impact", "name", "used", "recommendations", "score", "account", "created"])
def test_each_page_goes_on_where_the_last_one_ended(page: Client, tmp_path: Path, sort: str) -> None:
    Days(tmp_path).collected(
        *(user(f"u{number:03}", *([FULL] if number % 3 else [])) for number in range(120))
    )
    address, seen, pages = f"/identities/?sort={sort}", [], 0
    while address:
        answer = page.get(address)
        seen += names(answer)
        pages += 1
        following = re.search(r'rel="next" href="([^"]+)"', answer.content.decode())
        address = unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) == 121
    assert pages == 3


def test_a_place_that_is_none_says_where_the_list_begins(page: Client, days: Days) -> None:
    for cursor in ("nonsense", "WyJuYW1lIiwgMSwgMV0", "é"):
        answer = page.get(f"/identities/?{urlencode({'cursor': cursor})}")
        assert answer.status_code == 404
        assert "First page" in answer.content.decode()


def test_the_drawer_has_an_address_of_its_own(page: Client, days: Days) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{HOSTILE}"
    text = page.get(f"/identities/?{urlencode({'type': 'user', 'open': arn})}").content.decode()
    assert "Administrator access" in text
    assert "iam:AttachGroupPolicy on all groups" in text
    assert HOSTILE not in text
    assert len(names(page.get("/identities/?type=user"))) == 4, "the list keeps its place"
    assert (
        'class="drawer" aria-label="Details" hidden'
        in page.get("/identities/?open=arn:none").content.decode()
    )


def test_what_is_switched_off_is_shown_nowhere(page: Client, days: Days) -> None:
    from cloud_entitlements.server.connections.models import Connection

    made = Connection.objects.create(type="account", name="off", enabled=False)
    Identity.objects.update(connection_id=str(made.id))
    from cloud_entitlements.server.identities.models import Analysis

    Analysis.objects.update(connection_id=str(made.id))
    assert names(page.get("/identities/")) == []


def test_the_file_is_what_is_filtered_with_the_columns_that_were_chosen(page: Client, days: Days) -> None:
    answer = page.get("/identities.csv?type=user&columns=name,impact,nothing,type")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert rows[0] == ["NAME", "IMPACT", "TYPE"]
    assert {row[0] for row in rows[1:]} == {"ada", "bob", HOSTILE, f"'{FORMULA}"}
    every = page.get("/identities.csv")
    assert b"ENTITLEMENT SCORE" in next(iter(every))
