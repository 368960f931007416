"""`/api/v1/recommendations` and `/api/v1/criteria`: what fails, acknowledging it, and what counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.identities.models import Identity
from cloud_entitlements.server.recommendations import due
from cloud_entitlements.server.recommendations.listing import ORDERS
from cloud_entitlements.server.recommendations.models import Recommendation, SecurityPolicy
from cloud_entitlements.work.models import Run

from .days import ACCOUNT, CONNECTION, FORMULA, FULL, HOSTILE, Days, user

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Api = Callable[..., tuple[int, Any]]
LIST, ACK, UNACK = "/recommendations", "/recommendations/acknowledge", "/recommendations/unacknowledge"
AGE = "/criteria/access-key-age"


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


def body(*names: str, **more: Any) -> dict[str, Any]:
    return {"criterion": "administrator", "arns": [arn(name) for name in names], **more}


def row(name: str) -> Recommendation:
    return Recommendation.objects.get(criterion="administrator", name=name)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", LIST),
        ("POST", ACK),
        ("POST", UNACK),
        ("GET", "/criteria"),
        ("DELETE", "/criteria"),
        ("GET", AGE),
        ("PUT", AGE),
        ("DELETE", AGE),
    ],
)
def test_nobody_sees_or_changes_anything_without_signing_in(days: Days, method: str, path: str) -> None:
    sent = json.dumps(body("ada", reason="x"))
    answer = Client().generic(method, f"/api/v1{path}", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert row("ada").state == "suggested"


def test_a_session_changes_nothing_without_a_csrf_token(days: Days) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("viewer"))
    sent = json.dumps(body("ada", reason="x"))
    assert client.post(f"/api/v1{ACK}", sent, content_type="application/json").status_code == 403
    client.get("/recommendations/administrator/")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post(f"/api/v1{ACK}", sent, content_type="application/json", headers=token)
    assert (answer.status_code, row("ada").acknowledged_by) == (200, "viewer")


def test_a_list_has_counts_coverage_and_evidence(api: Api, days: Days) -> None:
    status, found = api("GET", f"{LIST}?criterion=administrator")
    assert (status, found["total"], found["coverage"]["whole"]) == (200, 3, True)
    assert found["by_criticality"] == {"high": {"suggested": 3}, "medium": {}, "low": {}}
    assert {one["name"] for one in found["items"]} == {"ada", HOSTILE, FORMULA}
    ada = next(one for one in found["items"] if one["name"] == "ada")
    assert "inline policy p0" in ada["evidence"][0]["text"]
    assert (ada["state"], ada["acknowledged_by"], ada["reason"]) == ("suggested", None, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "ada"}, {"ada"}),
        ({"account": "999999999999"}, set()),
        ({"state": "acknowledged"}, set()),
        ({"state": "any,suggested", "connection": CONNECTION}, {"ada", HOSTILE, FORMULA}),
        ({"criticality": "low,medium"}, set()),
        ({"type": "user,role"}, {"ada", HOSTILE, FORMULA}),
    ],
    ids=lambda given: str(given) if isinstance(given, dict) else "",
)
def test_filters_narrow_the_list(api: Api, days: Days, query: dict[str, str], expected: set[str]) -> None:
    _, found = api("GET", f"{LIST}?{urlencode({'criterion': 'administrator', **query})}")
    assert {one["name"] for one in found["items"]} == expected


@pytest.mark.parametrize(
    ("query", "field", "known"),
    [
        ("state=open", "state", "suggested, acknowledged"),
        ("sort=impact", "sort", "criticality"),
        ("criterion=nothing", "criterion", "user-mfa"),
        ("connection=nobody", "connection", CONNECTION),
        ("criticallity=high", "criticallity", "criticality"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(
    api: Api, days: Days, query: str, field: str, known: str
) -> None:
    status, found = api("GET", f"{LIST}?{query}")
    assert (status, found["code"]) == (422, "invalid")
    assert known in found["errors"][field]["fix"]


@pytest.mark.parametrize("sort", list(ORDERS))
def test_each_page_goes_on_where_the_last_one_ended(api: Api, days: Days, sort: str) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        _, found = api("GET", f"{LIST}?criterion=administrator&sort={sort}&limit=1&cursor={cursor}")
        seen += [one["arn"] for one in found["items"]]
        cursor = found["next_cursor"]
    assert sorted(seen) == sorted(map(arn, ("ada", HOSTILE, FORMULA)))
    assert api("GET", f"{LIST}?cursor=nonsense")[0] == 400


def test_without_a_snapshot_the_next_step_is_named(api: Api) -> None:
    for method, path, sent in (("GET", LIST, None), ("POST", ACK, body("ada", reason="x"))):
        status, found = api(method, path, sent)
        assert (status, found["code"]) == (409, "no_snapshot")


def test_acknowledging_says_how_many_and_is_undone(api: Api, days: Days) -> None:
    until = f"{timezone.now() + timedelta(days=9):%Y-%m-%d}"
    sent = body("ada", HOSTILE, reason="break glass", until=until)
    assert api("POST", ACK, sent) == (200, {"changed": 2})
    one = row("ada")
    assert (one.state, one.reason, one.acknowledged_by) == ("acknowledged", "break glass", "token test")
    assert f"{one.acknowledged_until:%Y-%m-%d}" == until
    assert Identity.objects.get(name="ada").high == 0
    _, found = api("GET", f"{LIST}?state=acknowledged")
    assert {one["acknowledged_by"] for one in found["items"]} == {"token test"}
    assert api("POST", UNACK, body("ada")) == (200, {"changed": 1})
    assert row("ada").state == "suggested"


def test_all_means_what_the_filters_leave_and_keeps_the_reasons_of_others(api: Api, days: Days) -> None:
    assert api("POST", ACK, body(all=True, q="ada", reason="one"))[1] == {"changed": 1}
    assert api("POST", ACK, body(all=True, connection=CONNECTION, reason="all others"))[1] == {"changed": 2}
    assert (row("ada").reason, row(HOSTILE).reason) == ("one", "all others")


@pytest.mark.parametrize(
    ("path", "sent", "status", "told"),
    [
        (ACK, body("ada", "nobody", reason="x"), 404, "nothing was changed"),
        (ACK, body("ada", "a\ud800", reason="x"), 404, "nothing was changed"),
        (ACK, body("bob", reason="x"), 404, "nothing was changed"),
        (ACK, body(all=True, q="nobody", reason="x"), 404, "left by the filters"),
        (UNACK, body("ada"), 404, "is not acknowledged"),
        (ACK, {**body("ada", reason="x"), "criterion": "nothing"}, 404, "no criterion"),
        (ACK, body(reason="x"), 422, "not said whose"),
        (ACK, body("ada", all=True, reason="x"), 422, "both ARNs and all"),
        (ACK, body(*(["ada"] * 1001), reason="x"), 422, "1001"),
        (ACK, body("ada", reason=" "), 422, "a reason is missing"),
        (ACK, body("ada", reason="a\x00"), 422, "no text"),
        (ACK, body("ada", reason="x" * 2001), 422, "2001"),
        (ACK, body("ada"), 422, "required"),
        (ACK, body("ada", reason="x", until="2020-01-01"), 422, "past"),
        (ACK, body("ada", reason="x", until="2999-01-01T00:00"), 422, "no day"),
        (ACK, body("ada", reason="x", sudo=True), 422, "xtra"),
        (ACK, body(all=True, type="usr", reason="x"), 422, "not known"),
    ],
    ids=lambda given: json.dumps(given)[:70] if isinstance(given, dict) else "",
)
def test_what_can_not_be_acknowledged_says_why_and_changes_nothing(
    api: Api, days: Days, path: str, sent: dict[str, Any], status: int, told: str
) -> None:
    before = list(Recommendation.objects.order_by("id").values())
    answered, found = api("POST", path, sent)
    assert answered == status
    assert told in json.dumps(found)
    assert found.get("fix") or all(one["fix"] for one in found["errors"].values())
    assert list(Recommendation.objects.order_by("id").values()) == before


def test_criteria_are_told_as_they_are_set(api: Api, days: Days) -> None:
    _, found = api("GET", "/criteria")
    assert [one["id"] for one in found["items"]] == [one.id for one in CRITERIA]
    status, one = api("GET", AGE)
    assert (status, one["criticality"], one["period"], one["enabled"], one["own"]) == (
        200, "medium", 90, True, False,
    )  # fmt: skip
    assert one["standards"]["cis"] == ["1.14"]
    assert "--user-name NAME" in one["fix"]["cli"]


def test_what_is_set_is_kept_judged_by_and_restored(api: Api, days: Days) -> None:
    status, one = api("PUT", AGE, {"period": 30, "criticality": "high"})
    assert (status, one["period"], one["criticality"], one["own"]) == (200, 30, "high", True)
    assert SecurityPolicy.objects.get().changed_by == "token test"
    assert Run.objects.filter(subject=due.subject_of(CONNECTION)).exists(), "judged anew in the background"
    assert api("PUT", AGE, {"enabled": False})[1]["period"] == 30, "what is left out stays"
    _, mine = api("PUT", f"{AGE}?connection={CONNECTION}", {"period": 60, "enabled": True})
    assert (mine["period"], mine["otherwise"]["enabled"]) == (60, False)
    assert api("DELETE", f"{AGE}?connection={CONNECTION}")[1]["enabled"] is False
    assert api("DELETE", AGE)[1]["own"] is False
    api("PUT", AGE, {"enabled": False})
    assert not any(one["own"] for one in api("DELETE", "/criteria")[1]["items"])
    assert not SecurityPolicy.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("PUT", AGE, {"criticality": "dreadful"}, 422),
        ("PUT", AGE, {"period": 0}, 422),
        ("PUT", AGE, {"period": "many"}, 422),
        ("PUT", AGE, {"sudo": True}, 422),
        ("PUT", "/criteria/administrator", {"period": 30}, 422),
        ("PUT", "/criteria/nothing", {"enabled": False}, 404),
        ("GET", "/criteria/nothing", None, 404),
        ("DELETE", "/criteria/nothing", None, 404),
        ("PUT", f"{AGE}?connection=nobody", {"enabled": False}, 422),
        ("GET", "/criteria?connection=nobody", None, 422),
        ("DELETE", "/criteria?connection=nobody", None, 422),
    ],
    ids=str,
)
def test_what_can_not_be_set_says_why_and_sets_nothing(
    api: Api, days: Days, method: str, path: str, sent: Any, status: int
) -> None:
    answered, found = api(method, path, sent)
    assert answered == status
    assert found.get("fix") or all(one["fix"] for one in found["errors"].values())
    assert not SecurityPolicy.objects.exists()
