from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.people.tokens import create_token, revoke_token
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

ORGANIZATIONS = "/api/v1/aws/organizations"


class Api:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"}, enforce_csrf_checks=True)

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        send = getattr(self.client, method.lower())
        return (
            send(path, json.dumps(body), content_type="application/json") if body is not None else send(path)
        )


@pytest.fixture
def api() -> Api:
    return Api(create_token("test"))


def add(api: Api, **more: Any) -> dict[str, Any]:
    answer = api("POST", ORGANIZATIONS, {"name": "Larkspur", "target_ids": ["ou-lark-40000000"], **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_every_endpoint_refuses_without_credentials() -> None:
    described = Client().get("/api/v1/openapi.json").json()
    count = 0
    for path, methods in described["paths"].items():
        for method in methods:
            url = path.replace("{connection_id}", "00000000-0000-0000-0000-000000000000")
            answer = getattr(Client(), method)(url, content_type="application/json")
            assert answer.status_code == 401, (method, path)
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["code"] == "not_signed_in"
            count += 1
    assert count == 55


def test_a_session_needs_a_csrf_token_and_then_works() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("ada"))
    assert client.get(ORGANIZATIONS).status_code == 200
    answer = client.post(
        ORGANIZATIONS, json.dumps({"name": "x", "target_ids": ["r-ab12"]}), content_type="application/json"
    )
    assert answer.status_code == 403
    assert not Connection.objects.exists()


def test_a_revoked_token_is_refused(api: Api) -> None:
    assert api("GET", ORGANIZATIONS).status_code == 200
    revoke_token("test")
    assert api("GET", ORGANIZATIONS).status_code == 401


def test_a_record_has_all_its_fields(api: Api) -> None:
    record = add(api, tags=["blue"])
    assert set(record) == {
        "id", "type", "name", "status", "enabled", "external_id", "target_ids", "organization_id",
        "management_account_id", "role_arn", "template_url", "tags", "connected_at", "synchronization", "coverage",
        "deployment", "calls", "critical", "identity_center", "proven_at", "checks",
    }  # fmt: skip
    assert (record["type"], record["status"], record["enabled"]) == ("organization", "draft", True)
    assert record["coverage"] == {"total": 0, "connected": 0}
    assert record["template_url"] == f"{ORGANIZATIONS}/{record['id']}/template"
    assert set(record["synchronization"]) >= {"state", "started_at", "ended_at", "next_at"}
    assert api("GET", f"{ORGANIZATIONS}/{record['id']}").json() == record


def test_a_taken_target_answers_409_with_the_others_address(api: Api) -> None:
    first = add(api)
    answer = api("POST", ORGANIZATIONS, {"name": "Again", "target_ids": ["ou-lark-40000000"]})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["url"] == f"{ORGANIZATIONS}/{first['id']}"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "target_ids": ["o-larkspur01"]}, "target_ids"),
        ({"name": "", "target_ids": ["r-ab12"]}, "name"),
        ({"name": "x", "target_ids": ["r-ab12"], "tags": [str(n) for n in range(11)]}, "tags"),
        ({"name": "x"}, "target_ids"),
        ({"name": "x", "target_ids": ["r-ab12"], "external_id": "mine"}, "external_id"),
        ({"name": 7, "target_ids": "r-ab12"}, "name"),
    ],
)
def test_a_wrong_field_answers_422_with_a_reason(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api("POST", ORGANIZATIONS, body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert any(name.endswith(field) for name in errors), errors
    assert all(error["fix"] for error in errors.values())
    assert not Connection.objects.exists()


def test_malformed_json_and_unknown_addresses_answer_as_problems(api: Api) -> None:
    answer = api.client.post(ORGANIZATIONS, "{", content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    missing = api("GET", "/api/v1/nothing")
    assert missing.json()["request_id"] == missing["X-Request-Id"]
    assert missing.status_code == 404
    assert missing["Content-Type"] == "application/problem+json"
    assert api("GET", f"{ORGANIZATIONS}/00000000-0000-0000-0000-000000000000").status_code == 404


def test_lists_page_by_cursor_and_refuse_a_forged_one(api: Api) -> None:
    names = [f"n{number}" for number in range(5)]
    for number, name in enumerate(names):
        add(api, name=name, target_ids=[f"ou-ab12-0000000{number}"])
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = api("GET", f"{ORGANIZATIONS}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == names
    assert cursor is None
    assert api("GET", f"{ORGANIZATIONS}?cursor=forged").status_code == 400
    assert api("GET", f"{ORGANIZATIONS}?limit=0").status_code == 422


def test_organizations_and_accounts_do_not_answer_for_each_other(api: Api) -> None:
    record = add(api)
    assert api("GET", f"/api/v1/aws/accounts/{record['id']}").status_code == 404
    single = api("POST", "/api/v1/aws/accounts", {"name": "One", "account_id": "123456789012"})
    assert single.status_code == 201
    assert single.json()["target_ids"] == ["123456789012"]
    assert api("GET", f"{ORGANIZATIONS}/{single.json()['id']}").status_code == 404


def test_the_whole_flow(
    api: Api, platform: Running, deploy: Callable[..., str], finish: Callable[[Run], Run]
) -> None:
    record = add(api)
    one = f"{ORGANIZATIONS}/{record['id']}"
    template = api("GET", f"{one}/template")
    assert template["Content-Type"] == "application/yaml"
    assert record["external_id"] in template.content.decode()
    assert api("POST", f"{one}/reprocess").status_code == 409
    assert api("POST", f"{one}/connect", {"role_arn": "junk"}).status_code == 422
    arn = deploy(commands.find(record["id"]))
    started = api("POST", f"{one}/connect", {"role_arn": arn})
    assert (started.status_code, started.json()["status"]) == (202, "connecting")
    finish(Run.objects.get(subject=record["id"]))
    connected = api("GET", one).json()
    assert connected["status"] == "connected"
    assert {check["state"] for check in connected["checks"]} == {"passed"}
    assert connected["synchronization"]["next_at"]
    accounts = api("GET", f"{one}/accounts?status=connected").json()["items"]
    assert {account["name"] for account in accounts} >= {"sandbox-amara", "sandbox-jonas"}
    assert set(accounts[0]) >= {"account_id", "name", "unit_path", "status", "detail"}
    assert api("GET", f"{one}/accounts?status=nonsense").status_code == 422
    off = api("PATCH", one, {"enabled": False}).json()
    assert (off["enabled"], off["synchronization"]["state"]) == (False, "off")
    assert api("POST", f"{one}/reprocess").status_code == 409
    assert api("PATCH", one, {"enabled": True, "name": "Renamed", "tags": ["x"]}).json()["name"] == "Renamed"
    finish(Run.objects.get(subject=record["id"], state="running"))
    assert api("POST", f"{one}/reprocess").status_code == 202
    assert api("POST", f"{one}/retry").status_code == 202
    assert api("DELETE", f"{one}?data=purge").status_code == 202
    assert api("GET", one).status_code == 404


def test_the_template_is_yaml_of_cloudformation(api: Api, platform: Running) -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: suffix)
    record = add(api)
    parsed = yaml.load(api("GET", f"{ORGANIZATIONS}/{record['id']}/template").content, Loader)
    assert set(parsed["Resources"]) == {"ConnectionRole", "MemberRoles"}
    assert parsed["Parameters"]["ExternalId"]["Default"] == record["external_id"]


def test_the_template_comes_for_terraform_too(api: Api, platform: Running) -> None:
    record = add(api)
    one = f"{ORGANIZATIONS}/{record['id']}/template"
    answer = api("GET", f"{one}?format=terraform")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="cloud-entitlements-\w{8}\.tf"', answer["Content-Disposition"])
    assert f'  default     = "{record["external_id"]}"' in answer.content.decode()
    assert api("GET", f"{one}?format=cloudformation").content == api("GET", one).content
    unknown = api("GET", f"{one}?format=pulumi")
    assert (unknown.status_code, unknown["Content-Type"]) == (422, "application/problem+json")
    assert set(unknown.json()["errors"]) == {"format"}


def test_without_an_aws_identity_the_template_says_what_to_do(api: Api) -> None:
    from cloud_entitlements.aws.sessions import forget_platform_credentials

    forget_platform_credentials()
    answer = api("GET", f"{ORGANIZATIONS}/{add(api)['id']}/template")
    assert answer.status_code == 409
    assert answer.json()["code"] == "no_credentials"
    assert "ciem doctor" in answer.json()["fix"]
