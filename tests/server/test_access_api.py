"""The questions of a program: who may do what, with and without a snapshot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access import commands, opened
from cloud_entitlements.server.connections import commands as connecting
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.people.tokens import create_token

from .asked import ADA, DEPLOY, FORMULA, MANAGEMENT, SHOP, TOOLS, imported, restored

pytestmark = pytest.mark.django_db
Api = Callable[..., tuple[int, Any]]
ALLOW = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
CASE = {"principal": ADA, "action": "s3:ListAllMyBuckets", "identity_policies": [ALLOW]}
LIST = {"principal": ADA, "action": "iam:ListRoles"}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    opened.forget()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    imported(folder)
    return folder


@pytest.fixture
def snapshot(made: Path) -> Snapshot:
    return restored(made, settings.SNAPSHOTS_DIR)


@pytest.fixture
def api() -> Api:
    """A program with a token."""
    client = Client(headers={"Authorization": f"Bearer {create_token('test')}"})

    def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sent = json.dumps(body) if body is not None else ""
        answer = client.generic(method, f"/api/v1{path}", sent, content_type="application/json")
        return answer.status_code, answer.json()

    return call


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "access/evaluate"),
        ("POST", "access/can"),
        ("POST", "access/who-can"),
        ("GET", f"identities/{ADA}/permissions"),
    ],
)
def test_nobody_asks_without_signing_in(snapshot: Snapshot, method: str, path: str) -> None:
    answer = Client().generic(method, f"/api/v1/{path}", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_whoever_is_signed_in_may_ask_with_a_csrf_token(snapshot: Snapshot) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("viewer"))
    send = partial(client.post, "/api/v1/access/can", json.dumps(LIST), content_type="application/json")
    assert send().status_code == 403
    client.get("/access/")
    answer = send(headers={"X-CSRFToken": client.cookies["csrftoken"].value})
    assert (answer.status_code, answer.json()["decision"]) == (200, "allowed")


@pytest.mark.parametrize(
    ("path", "body"),
    [("/access/can", LIST), ("/access/who-can", {"action": "iam:ListRoles"})],
)
def test_without_a_snapshot_the_way_to_one_is_told(api: Api, path: str, body: Any) -> None:
    status, answer = api("POST", path, body)
    assert (status, answer["code"]) == (409, "no_snapshot")
    assert "ciem snapshot import" in answer["fix"]


def test_an_answer_names_its_statements_where_they_stand_and_its_snapshot(
    api: Api, snapshot: Snapshot
) -> None:
    status, answer = api("POST", "/access/can", LIST)
    assert status == 200
    assert (answer["decision"], answer["principal"], answer["explanation"]) == ("allowed", ADA, None)
    own = {"policy": "identity[0]", "statement": 0, "effect": "Allow", "source": "inline policy inline-0"}
    assert own in answer["statements"]
    assert answer["snapshot"] == {
        "id": snapshot.manifest.id,
        "name": "audit",
        "at": snapshot.manifest.created_at,
    }


def test_an_explanation_is_given_when_it_is_asked_for(api: Api, snapshot: Snapshot) -> None:
    resource = f"arn:aws:iam::{SHOP}:user/new"
    body = {"principal": DEPLOY, "action": "iam:CreateUser", "resource": resource, "explain": True}
    _, answer = api("POST", "/access/can", body)
    assert (answer["decision"], answer["denied_by"], answer["explicit_deny"]) == ("denied", ["scp"], True)
    verdicts = {one["layer"]: one["verdict"] for one in answer["explanation"]["layers"]}
    assert (verdicts["identity"], verdicts["scp"]) == ("allowed", "denied")


@pytest.mark.parametrize(
    ("context", "decision"),
    [
        ({}, "conditional"),
        ({"aws:MultiFactorAuthPresent": "true"}, "allowed"),
        ({"aws:multifactorauthpresent": True}, "allowed"),
        ({"aws:MultiFactorAuthPresent": ["true"]}, "allowed"),
        ({"aws:MultiFactorAuthPresent": False}, "denied"),
        ({"aws:MultiFactorAuthPresent": None}, "denied"),
    ],
)
def test_what_is_said_of_the_request_counts(
    api: Api, snapshot: Snapshot, context: dict[str, Any], decision: str
) -> None:
    body = {"principal": ADA, "action": "sqs:ListQueues", "context": context}
    _, answer = api("POST", "/access/can", body)
    assert answer["decision"] == decision
    assert bool(answer["residual"]) == (decision == "conditional")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"principal": ""}, "principal"),
        ({"principal": "ada"}, "principal"),
        ({"principal": SHOP}, "principal"),
        ({"action": "ListRoles"}, "action"),
        ({"action": "iam:*"}, "action"),
        ({"action": ""}, "action"),
        ({"resource": "bucket"}, "resource"),
        ({"resource_account": "12"}, "resource_account"),
        ({"context": {"aws:SourceIp": ["192.0.2.1", "192.0.2.2"]}}, "context"),
        ({"principal": f"{ADA}\ud800"}, "principal"),
        ({"principal": ADA + "x" * 4000}, "principal"),
        ({"resource": "arn:aws:s3:::a\ud800"}, "resource"),
        ({"resource": "arn:aws:s3:::a\x00"}, "resource"),
        ({"context": {"aws:SourceIp": "\udfff"}}, "context"),
        ({"sudo": True}, "sudo"),
    ],
)
def test_a_malformed_question_is_refused_by_field(
    api: Api, snapshot: Snapshot, change: dict[str, Any], field: str
) -> None:
    status, answer = api("POST", "/access/can", {**LIST, **change})
    assert (status, answer["code"]) == (422, "invalid")
    (name,) = answer["errors"]
    assert name.endswith(field)
    assert answer["errors"][name]["text"]
    assert answer["errors"][name]["fix"]


def test_all_that_is_wrong_is_told_at_once(api: Api, snapshot: Snapshot) -> None:
    _, answer = api("POST", "/access/who-can", {"action": "x", "resource": "y", "resource_account": "z"})
    assert set(answer["errors"]) == {"action", "resource", "resource_account"}


def test_a_principal_that_is_not_there_is_not_found(api: Api, snapshot: Snapshot) -> None:
    status, answer = api("POST", "/access/can", {**LIST, "principal": f"arn:aws:iam::{SHOP}:user/nobody"})
    assert (status, answer["code"]) == (404, "not_found")
    assert "user/nobody" in answer["detail"]
    assert answer["fix"]


def test_a_connection_is_chosen_by_its_id(api: Api, snapshot: Snapshot) -> None:
    newer = imported(settings.SNAPSHOTS_DIR, "second", standalone=True)
    assert api("POST", "/access/can", LIST)[1]["snapshot"]["name"] == "second"
    for connection in (snapshot.manifest.connection_id, snapshot.manifest.id):
        _, answer = api("POST", "/access/can", {**LIST, "connection": connection})
        assert answer["snapshot"]["id"] == snapshot.manifest.id != newer.manifest.id
    assert api("POST", "/access/can", {**LIST, "connection": "none"})[0] == 404


def test_what_is_switched_off_is_not_asked(api: Api) -> None:
    draft = connecting.add("account", "Off", [SHOP])
    found = imported(settings.SNAPSHOTS_DIR)
    found.folder.parent.rename(settings.SNAPSHOTS_DIR / str(draft.id))
    manifest = settings.SNAPSHOTS_DIR / str(draft.id) / found.manifest.id / "manifest.json"
    manifest.write_text(manifest.read_text().replace(found.manifest.connection_id, str(draft.id)))
    assert api("POST", "/access/can", LIST)[0] == 200
    Connection.objects.update(enabled=False)
    status, answer = api("POST", "/access/can", LIST)
    assert (status, answer["code"]) == (409, "no_snapshot")
    assert "switched off" in answer["detail"]
    assert api("POST", "/access/can", {**LIST, "connection": str(draft.id)})[0] == 404


def test_who_can_is_counted_and_grouped_by_what_it_hangs_on(api: Api, snapshot: Snapshot) -> None:
    status, answer = api("POST", "/access/who-can", {"action": "iam:ListRoles"})
    assert status == 200
    assert answer["counts"] == {"certain": 6, "conditional": 1, "incomplete": 0}
    (open_,) = (one for one in answer["groups"] if one["certainty"] == "conditional")
    assert open_["example"] == f"arn:aws:iam::{SHOP}:user/grace"
    assert open_["residual"].lower() == "aws:multifactorauthpresent = true"
    everybody = {one["arn"]: one for one in answer["identities"]["items"]}
    assert set(everybody) == {
        *(f"arn:aws:iam::{one}:root" for one in (MANAGEMENT, SHOP, TOOLS)),
        ADA,
        DEPLOY,
        FORMULA,
        f"arn:aws:iam::{SHOP}:user/grace",
    }
    assert everybody[ADA]["certainty"] == "certain"
    assert answer["identities"]["next_cursor"] is None


def test_the_identities_come_page_by_page_and_none_twice(api: Api, snapshot: Snapshot) -> None:
    body = {"action": "sns:Publish", "resource": f"arn:aws:sns:eu-west-1:{TOOLS}:t", "limit": 50}
    arns: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        _, answer = api("POST", "/access/who-can", {**body, "cursor": cursor})
        arns += [one["arn"] for one in answer["identities"]["items"]]
        cursor, pages = answer["identities"]["next_cursor"], pages + 1
    assert pages == 3
    assert len(arns) == len(set(arns)) == sum(answer["counts"].values())
    assert arns == sorted(arns, key=lambda arn: (arn.split(":")[4], arn))


def test_the_identities_are_filtered_by_certainty(api: Api, snapshot: Snapshot) -> None:
    body = {"action": "iam:ListRoles", "certainty": "conditional"}
    _, answer = api("POST", "/access/who-can", body)
    assert [one["name"] for one in answer["identities"]["items"]] == ["grace"]
    assert answer["counts"]["certain"] == 6, "the counts are of all"
    _, counted = api("POST", "/access/who-can", {**body, "limit": 0})
    assert counted["identities"] == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "W10", "é", "WyJvdGhlciIsIDEwXQ"])
def test_a_cursor_of_another_snapshot_is_refused(api: Api, snapshot: Snapshot, cursor: str) -> None:
    status, answer = api("POST", "/access/who-can", {"action": "iam:ListRoles", "cursor": cursor})
    assert status == 400
    assert "start again" in answer["detail"]


def test_a_case_is_decided_as_the_terminal_does(api: Api) -> None:
    """It needs no snapshot."""
    status, answer = api("POST", "/access/evaluate", CASE)
    assert (status, answer["decision"]) == (200, "allowed")
    _, both = api("POST", "/access/evaluate?explain=true", [CASE, {"name": "bad", "action": "x"}])
    assert both[0]["explanation"]["decision"] == "allowed"
    assert (both[1]["name"], set(both[1])) == ("bad", {"name", "error"})


def test_a_list_of_cases_has_an_end(api: Api) -> None:
    status, answer = api("POST", "/access/evaluate", [{}] * (commands.MOST_CASES + 1))
    assert status == 422
    assert "ciem evaluate" in answer["errors"]["cases"]["fix"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"action": "s3:GetObject", "action": "s3:PutObject"}',
        '{"context": NaN}',
        "[" * 100_000,
        "\udcff",
    ],
    ids=["empty", "cut", "repeated", "no value", "deep", "no text"],
)
def test_a_body_that_can_be_misread_is_refused(client: Client, body: str) -> None:
    client.force_login(User.objects.create_user("viewer"))
    sent = body.encode("utf-8", "surrogateescape")
    answer = client.post("/api/v1/access/evaluate", sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"]["body"]["fix"]


def test_a_body_that_is_too_large_is_refused_as_a_problem(api: Api) -> None:
    status, answer = api("POST", "/access/evaluate", {**CASE, "name": "x" * 3_000_000})
    assert (status, answer["code"]) == (413, "too_large")
    status, answer = api("POST", "/access/can", {**LIST, "principal": "x" * 3_000_000})
    assert (status, answer["code"]) == (413, "too_large")


@pytest.mark.parametrize("arn", [ADA, quote(ADA, safe="")], ids=["as it is", "percent-encoded"])
def test_what_an_identity_may_do_is_listed(api: Api, snapshot: Snapshot, arn: str) -> None:
    status, answer = api("GET", f"/identities/{arn}/permissions")
    assert (status, answer["principal"]) == (200, ADA)
    outcomes = {one["action"]: one["outcome"] for one in answer["items"]}
    assert outcomes["iam:ListRoles"] == "allowed"
    assert "iam:CreateUser" not in outcomes
    assert answer["snapshot"]["id"] == snapshot.manifest.id


def test_what_an_identity_may_do_is_filtered_by_service_and_paged(api: Api, snapshot: Snapshot) -> None:
    found: list[str] = []
    cursor = ""
    while not found or cursor:
        _, answer = api("GET", f"/identities/{ADA}/permissions?service=sqs&limit=10&cursor={cursor}")
        found += [one["action"] for one in answer["items"]]
        cursor = answer["next_cursor"] or ""
    assert len(found) == len(set(found)) > 10
    assert all(one.startswith("sqs:") for one in found)


def test_nobody_has_permissions_who_is_not_there(api: Api, snapshot: Snapshot) -> None:
    assert api("GET", f"/identities/arn:aws:iam::{SHOP}:user/nobody/permissions")[0] == 404


def test_permissions_of_what_is_no_principal_are_refused(api: Api, snapshot: Snapshot) -> None:
    status, answer = api("GET", "/identities/ada/permissions?service=*")
    assert status == 422
    assert set(answer["errors"]) == {"principal", "service"}
