"""`/api/v1/identities`: the list of the page for programs, and one identity."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.server.access import opened
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.identities.api_lists import IdentityType
from cloud_entitlements.server.identities.listing import ORDERS
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.recommendations.analysing import bring_up

from . import identities_world
from .asked import imported
from .days import ACCOUNT, CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Api = Callable[..., tuple[int, Any]]
STRANGE = "a?b#c%2Fd e"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    opened.forget()
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    found = Days(tmp_path)
    found.collected(user("ada", FULL), user("bob"), user(HOSTILE, FULL), user(FORMULA), user(STRANGE))
    return found


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


@pytest.mark.parametrize("path", ["identities", f"identities/{arn('ada')}"])
def test_nobody_lists_without_signing_in(days: Days, path: str) -> None:
    answer = Client().get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_list_has_its_total_and_what_it_is_of(api: Api, days: Days) -> None:
    status, found = api("GET", "/identities?type=user")
    assert (status, found["total"], found["next_cursor"]) == (200, 5, None)
    assert {HOSTILE, FORMULA, STRANGE, "ada", "bob"} == {one["name"] for one in found["items"]}
    assert found["coverage"]["accounts"] == {"total": 1, "connected": 1}
    assert (found["coverage"]["whole"], found["coverage"]["gap_list"]) == (True, None)
    ada = next(one for one in found["items"] if one["name"] == "ada")
    assert (ada["impact"], ada["administrator"], ada["score"], ada["last_used_at"]) == (
        "E",
        "yes",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "ADA"}, {"ada"}),
        ({"q": "%"}, {STRANGE}),
        ({"impact": "e", "type": "user"}, {"ada", HOSTILE}),
        ({"administrator": "yes,unknown", "type": "user"}, {"ada", HOSTILE}),
        ({"criterion": "administrator", "criticality": "high"}, {"ada", HOSTILE}),
        ({"account": "999999999999"}, set()),
        ({"connection": CONNECTION, "q": "bob", "exempt": "no"}, {"bob"}),
        ({"exempt": "yes"}, set()),
    ],
    ids=lambda given: str(given) if isinstance(given, dict) else "",
)
def test_filters_narrow_the_list(api: Api, days: Days, query: dict[str, str], expected: set[str]) -> None:
    status, found = api("GET", f"/identities?{urlencode(query)}")
    assert (status, {one["name"] for one in found["items"]}) == (200, expected)
    assert found["total"] == len(expected)


@pytest.mark.parametrize(
    ("query", "field", "known"),
    [
        ("type=usr", "type", "user, role, group, root"),
        ("impact=F", "impact", "A, B, C, D, E"),
        ("administrator=maybe", "administrator", "contained"),
        ("criterion=nothing", "criterion", "user-mfa"),
        ("criticality=dreadful", "criticality", "high, medium, low"),
        ("exempt=perhaps", "exempt", "yes, no"),
        ("sort=name,account", "sort", "impact"),
        ("account=12", "account", "12 digits"),
        ("connection=nobody", "connection", CONNECTION),
        ("tag=blue", "tag", "leave it out"),
        ("q=a%00", "q", "NUL"),
        ("unheard=of", "unheard", "administrator"),
        ("type=user&type=role", "type", "commas"),
        ("limit=0", "limit", "openapi.json"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(
    api: Api, days: Days, query: str, field: str, known: str
) -> None:
    status, found = api("GET", f"/identities?{query}")
    assert (status, found["code"]) == (422, "invalid")
    assert known in found["errors"][field]["fix"]


@pytest.mark.parametrize("sort", list(ORDERS))
def test_each_page_goes_on_where_the_last_one_ended(api: Api, days: Days, sort: str) -> None:
    Identity.objects.filter(name__in=["ada", "bob"]).update(score=7)
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        _, found = api("GET", f"/identities?sort={sort}&limit=2&cursor={cursor}")
        seen += [one["arn"] for one in found["items"]]
        cursor, pages = found["next_cursor"], pages + 1
        assert found["total"] == 6
    assert (len(seen), len(set(seen)), pages) == (6, 6, 3)


def test_a_cursor_of_another_list_is_refused(api: Api, days: Days) -> None:
    _, found = api("GET", "/identities?sort=name&limit=1")
    for path in (f"sort=impact&cursor={found['next_cursor']}", "cursor=nonsense"):
        status, answer = api("GET", f"/identities?{path}")
        assert (status, "start again without it" in answer["detail"]) == (400, True)


def test_gaps_are_told_when_they_are_asked_for(api: Api, days: Days) -> None:
    days.not_read("mfa_devices")
    _, found = api("GET", "/identities?gaps=true&limit=1")
    assert (found["coverage"]["whole"], found["coverage"]["gaps"]) == (False, 1)
    assert found["coverage"]["gap_list"][0]["part"] == "mfa devices"


def test_nothing_known_is_not_the_same_as_nothing_there(api: Api) -> None:
    for path in ("/identities", f"/identities/{arn('ada')}"):
        status, found = api("GET", path)
        assert (status, found["code"]) == (409, "no_snapshot")
        assert "ciem snapshot import" in found["fix"]
    imported(settings.SNAPSHOTS_DIR)
    assert (api("GET", "/identities")[0], api("GET", "/identities")[1]["code"]) == (409, "not_judged")


def test_what_is_not_judged_yet_is_named_beside_what_is(api: Api, days: Days) -> None:
    waiting = imported(settings.SNAPSHOTS_DIR).manifest.connection_id
    _, found = api("GET", "/identities")
    assert found["coverage"]["waiting"] == [waiting]
    assert api("GET", "/identities?connection=audit")[1]["code"] == "not_judged"


def test_what_is_switched_off_is_listed_nowhere(api: Api, days: Days) -> None:
    made = Connection.objects.create(type="account", name="off", enabled=False)
    Identity.objects.update(connection_id=str(made.id))
    Analysis.objects.update(connection_id=str(made.id))
    assert api("GET", f"/identities/{arn('ada')}")[0] == 409


@pytest.mark.parametrize("name", ["ada", HOSTILE, FORMULA, STRANGE])
def test_one_identity_is_found_by_its_arn_whatever_its_name(api: Api, days: Days, name: str) -> None:
    status, found = api("GET", f"/identities/{quote(arn(name), safe='')}")
    assert (status, found["arn"]) == (200, arn(name))
    assert found["snapshot"]["name"] == CONNECTION


def test_one_identity_has_evidence_fixes_and_what_is_unknown(api: Api, days: Days) -> None:
    _, found = api("GET", f"/identities/{quote(arn(HOSTILE), safe='')}?connection={CONNECTION}")
    one = next(one for one in found["suggested"] if one["criterion"] == "administrator")
    assert "inline policy p0" in one["evidence"][0]["text"]
    assert f"--user-name '{HOSTILE}'" in one["fix"]["cli"], "quoted for a shell"
    assert found["impact_because"].startswith("E because")
    assert "user-mfa" in {one["criterion"] for one in found["unknown"]}


def test_somebody_of_identity_center_reaches_accounts(api: Api, tmp_path: Path) -> None:
    identities_world.published(tmp_path)
    identities_world.judged(tmp_path)
    for person, through in (("user/u1", None), ("user/u2", "group/g1"), ("group/g1", None)):
        status, found = api("GET", f"/identities/{quote(f'arn:aws:identitystore:::{person}', safe='')}")
        assert (status, found["reaches"]["known"]) == (200, True)
        (way,) = found["reaches"]["ways"]
        assert (way["permission_set"], way["account_id"]) == ("Power", identities_world.SHOP)
        assert (way["through"] or "").rpartition(":")[2] == (through or "")
    types = get_args(IdentityType)
    assert list(types) == Identity.Type.values
    for type_ in types:
        status, found = api("GET", f"/identities?type={type_}&limit=500")
        assert (status, {one["type"] for one in found["items"]}) == (200, {type_})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (quote(arn("nobody")), 404),
        (quote(arn("a\x00")), 404),
        ("x", 404),
        (f"{quote(arn('ada'))}?connection=nobody", 422),
    ],
)
def test_an_identity_that_is_not_there_is_not_found(api: Api, days: Days, path: str, status: int) -> None:
    found = api("GET", f"/identities/{path}")
    assert found[0] == status
    assert found[1].get("fix") or found[1]["errors"]["connection"]["fix"]


def test_permissions_still_have_their_address_and_a_role_of_that_name_too(api: Api) -> None:
    snapshot = imported(settings.SNAPSHOTS_DIR)
    bring_up(snapshot.manifest.connection_id)
    ada = "arn:aws:iam::222222222222:user/ada"
    status, found = api("GET", f"/identities/{ada}/permissions?service=iam")
    assert (status, found["principal"]) == (200, ada)
    named = f"{ada}/permissions"
    Identity.objects.filter(arn=ada).update(arn=named)
    assert api("GET", f"/identities/{named}/")[1]["arn"] == named
