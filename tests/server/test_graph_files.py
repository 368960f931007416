"""Both pictures as files: page and API give the same SVG, JSON and CSV, and refuse the same."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.server.access import opened
from cloud_entitlements.server.people.tokens import create_token

from .crowd import crowd
from .days import ACCOUNT, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
PATH = "/identity/path"
ODD = "\x0bodd"
Api = Callable[..., tuple[int, Any]]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    opened.forget()
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user(HOSTILE, FULL), user(FORMULA, FULL), user(ODD, FULL))
    return found


@pytest.fixture
def token(db: None) -> Client:
    return Client(headers={"Authorization": f"Bearer {create_token('files')}"})


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def body(client: Client, address: str) -> bytes:
    answer: Any = client.get(address)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def lines(found: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.decode())))


def of_path(name: str, form: str) -> tuple[str, str]:
    """Of the page, and of the API."""
    end = "" if form == "json" else f".{form}"
    return (
        f"{PATH}.{form}?{urlencode({'arn': arn(name)})}",
        f"/api/v1/identities/{quote(arn(name))}/access-path{end}",
    )


FILES = [
    *(f"{PATH}.{form}?{urlencode({'arn': arn('ada')})}" for form in ("svg", "json", "csv")),
    *(f"/organization/{name}" for name in ("picture.svg", "picture.csv", "nodes.json")),
]
OF_API = [
    *(of_path("ada", form)[1] for form in ("svg", "json", "csv")),
    *(f"/api/v1/organization{end}" for end in ("", ".csv", ".svg")),
]


def test_nobody_gets_them_without_signing_in(days: Days) -> None:
    for one in FILES:
        assert Client().get(one)["Location"].startswith("/accounts/login/"), one
    for one in OF_API:
        assert Client().get(one).status_code == 401, one


@pytest.mark.parametrize("name", ["ada", HOSTILE, FORMULA, ODD])
@pytest.mark.parametrize("form", ["svg", "json", "csv"])
def test_page_and_api_give_the_same_access_path(
    page: Client, token: Client, days: Days, name: str, form: str
) -> None:
    on_page, of_api = of_path(name, form)
    found, told = body(page, on_page), body(token, of_api)
    assert (json.loads(found), form) == (json.loads(told), "json") if form == "json" else found == told


def test_the_csv_of_a_path_has_its_nodes_and_edges(page: Client, days: Days) -> None:
    data = json.loads(body(page, of_path("ada", "json")[0]))
    found = lines(body(page, of_path("ada", "csv")[0]))
    nodes = [one for one in found if one["ROW"] == "node"]
    edges = [one for one in found if one["ROW"] == "edge"]
    assert [one["ID"] for one in nodes] == [one["id"] for one in data["nodes"]]
    assert [one["IMPACT"] for one in nodes] == [one["impact"] or "" for one in data["nodes"]]
    assert [(one["FROM"], one["TO"]) for one in edges] == [
        (one["source"], one["target"]) for one in data["edges"]
    ]
    assert edges


@pytest.mark.parametrize("form", ["", ".csv", ".svg"])
def test_page_and_api_give_the_same_picture(page: Client, token: Client, days: Days, form: str) -> None:
    query = urlencode({"account": ACCOUNT})
    name = f"picture{form}" if form else "nodes.json"
    found, told = (
        body(page, f"/organization/{name}?{query}"),
        body(token, f"/api/v1/organization{form}?{query}"),
    )
    if form:
        assert found == told
        return
    ours, theirs = json.loads(found), json.loads(told)
    assert theirs["nodes"] == ours["nodes"]
    assert [(one["from"], one["to"]) for one in theirs["edges"]] == [
        (one["from"], one["to"]) for one in ours["edges"]
    ]


def test_the_csv_of_the_picture_has_a_row_a_node_and_no_number_of_what_was_never_read(page: Client) -> None:
    crowd("Large", 5, 6)
    data = json.loads(body(page, "/organization/nodes.json"))
    found = lines(body(page, "/organization/picture.csv"))
    assert {one["ID"] for one in found} == {one["id"] for one in data["nodes"]}
    seen: set[str] = set()
    for one in found:
        assert one["PARENT"] in {"", *seen}, "parents come before their children"
        seen.add(one["ID"])
    unread = [one for one in found if one["KIND"] == "account" and not one["IMPACT"]]
    assert len(unread) == data["unread_accounts"] == 1
    assert all((one["IDENTITIES"], one["HIGH"]) == ("", "") for one in unread)


def test_no_spreadsheet_takes_a_name_for_a_formula(page: Client, days: Days) -> None:
    found = lines(body(page, f"/organization/picture.csv?account={ACCOUNT}"))
    names = [one["NAME"] for one in found]
    assert f"'{FORMULA}" in names
    assert FORMULA not in names
    told = lines(body(page, of_path(FORMULA, "csv")[0]))
    assert f"'{FORMULA}" in [one["LABEL"] for one in told]


@pytest.mark.parametrize(
    "address",
    [f"/organization/picture.svg?account={ACCOUNT}", of_path(ODD, "svg")[0], of_path(HOSTILE, "svg")[0]],
)
def test_a_drawing_is_whole_whatever_names_are_in_it(page: Client, days: Days, address: str) -> None:
    picture = ET.fromstring(body(page, address))
    tags = {one.tag.rpartition("}")[2] for one in picture.iter()}
    assert {"rect", "text", "style"} <= tags
    assert not tags & {"script", "img", "image", "a"}


def test_the_page_offers_each_file(page: Client, days: Days) -> None:
    shown = page.get(f"/organization/?account={ACCOUNT}").content.decode()
    for file in ("picture.svg", "nodes.json", "picture.csv"):
        assert f'href="/organization/{file}?account={ACCOUNT}' in shown
    assert f"ciem picture organization --account {ACCOUNT}" in shown
    path = page.get(f"/identity/?{urlencode({'arn': arn('ada'), 'part': 'path'})}").content.decode()
    for form in ("svg", "json", "csv"):
        assert f'href="{PATH}.{form}?' in path
    assert f"ciem picture path {arn('ada')}" in path


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (f"/identities/{arn('nobody')}/access-path", 404, "not_found"),
        (f"/identities/{arn('ada')}/access-path?policies=some", 422, "invalid"),
        (f"/identities/{arn('ada')}/access-path?other=1", 422, "invalid"),
        ("/organization?tag=none", 404, "not_found"),
        ("/organization.csv?skip=-1", 422, "invalid"),
        ("/organization.svg?colour=red", 422, "invalid"),
    ],
)
def test_the_api_says_what_is_wrong(token: Client, days: Days, address: str, status: int, code: str) -> None:
    answer = token.get(f"/api/v1{address}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "address", ["/organization", "/organization.csv", f"/identities/{arn('ada')}/access-path"]
)
def test_where_nothing_was_read_nothing_is_drawn(token: Client, address: str) -> None:
    answer = token.get(f"/api/v1{address}")
    assert answer.status_code == 409
    assert answer.json()["fix"]
