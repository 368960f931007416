from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.people.codes import Purpose, make_code
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

PAGES = ["/", "/setup/aws/", "/setup/aws/connect/", "/setup/aws/connect/organization/", "/administration/"]


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_signing_in(client: Client, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_strict_policy_and_a_request_id(administrator: Client, page: str) -> None:
    answer = administrator.get(page)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Request-Id"]
    assert b"<script>" not in answer.content
    assert b" style=" not in answer.content


def test_a_post_without_a_csrf_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    answer = client.post("/setup/aws/connect/organization/", {"name": "x", "targets": "r-ab12"})
    assert answer.status_code == 403
    assert not Connection.objects.exists()


def test_the_first_administrator_is_made_with_the_printed_code_once(client: Client) -> None:
    code = make_code(Purpose.FIRST_ADMINISTRATOR)
    assert client.get("/welcome/?code=wrong").status_code == 403
    given = {"code": code, "username": "ada", "password": "short"}
    assert b"too short" in client.post("/welcome/", given).content
    assert client.post("/welcome/", {**given, "password": "correct horse battery"}).status_code == 302
    assert User.objects.get().is_superuser
    assert (
        Client()
        .post("/welcome/", {**given, "username": "eve", "password": "correct horse battery"})
        .status_code
        == 403
    )
    assert User.objects.count() == 1


def test_a_sign_in_code_works_once(client: Client) -> None:
    User.objects.create_superuser("demo")
    code = make_code(Purpose.SIGN_IN)
    assert client.get(f"/sign-in/?code={code}").status_code == 302
    assert Client().get(f"/sign-in/?code={code}").status_code == 403


def test_signing_in_and_out_with_a_password(client: Client) -> None:
    User.objects.create_superuser("ada", password="correct horse battery")
    wrong = client.post("/accounts/login/", {"login": "ada", "password": "no"})
    assert wrong.status_code == 200
    assert b"not correct" in wrong.content
    right = client.post("/accounts/login/", {"login": "ada", "password": "correct horse battery"})
    assert right["Location"] == "/"
    assert client.get("/accounts/signup/").status_code in (302, 403, 200)
    assert client.post(
        "/accounts/signup/", {"username": "eve", "password1": "x" * 20, "password2": "x" * 20}
    ).status_code in (302, 403, 200)
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("o-larkspur01", "id of the organization itself"),
        ("123456789012", "is an account id"),
        ("my company", "is no root id"),
        ("r-ab12", "Looks right"),
        ("ou-ab12-c3d4e5f6\nou-ab12-00000000", "Looks right"),
    ],
)
def test_the_organization_id_is_checked_while_typing(administrator: Client, typed: str, said: str) -> None:
    answer = administrator.post(
        "/setup/aws/connect/organization/check/", {"field": "targets", "targets": typed}
    )
    assert said in answer.content.decode()


def test_a_taken_target_links_to_the_other(administrator: Client) -> None:
    other = commands.add("organization", "First", ["r-ab12"])
    answer = administrator.post(
        "/setup/aws/connect/organization/", {"name": "Second", "targets": "r-ab12", "tags": ""}
    )
    assert answer.status_code == 422
    assert f"/setup/aws/{other.id}/" in answer.content.decode()


def test_nobody_skips_a_step(administrator: Client, platform: Running) -> None:
    draft = commands.add("organization", "Larkspur", ["r-lark"])
    one = f"/setup/aws/{draft.id}"
    for step in ("role", "checks", "accounts"):
        assert administrator.get(f"{one}/{step}/")["Location"] == f"{one}/template/"
    assert administrator.get(f"{one}/")["Location"] == f"{one}/template/"
    assert administrator.get(f"{one}/template.yaml")["Content-Type"] == "application/yaml"
    assert administrator.get(f"{one}/")["Location"] == f"{one}/role/"
    assert administrator.get(f"{one}/checks/")["Location"] == f"{one}/role/"
    assert administrator.get(f"{one}/role/").status_code == 200


def test_the_terraform_file_does_the_same_step(administrator: Client, platform: Running) -> None:
    draft = commands.add("organization", "Larkspur", ["r-lark"])
    one = f"/setup/aws/{draft.id}"
    for page in ("template", "update"):
        text = administrator.get(f"{one}/{page}/").content.decode()
        assert "Terraform instead" in text
        assert f'href="{one}/template.tf"' in text
        assert "terraform init &amp;&amp; terraform apply" in text
    assert administrator.get(f"{one}/role/")["Location"] == f"{one}/template/"
    answer = administrator.get(f"{one}/template.tf")
    assert answer["Content-Disposition"].endswith('.tf"')
    assert draft.external_id in answer.content.decode()
    assert "terraform output -raw role_arn" in administrator.get(f"{one}/role/").content.decode()
    Connection.objects.update(role_arn="arn:aws:iam::123456789012:role/x")
    assert "terraform destroy" in administrator.get(f"{one}/remove/").content.decode()


def test_the_wizard_connects_and_shows_the_accounts(
    administrator: Client, platform: Running, deploy: Callable[..., str], finish: Callable[[Run], Run]
) -> None:
    administrator.post(
        "/setup/aws/connect/organization/",
        {"name": "Larkspur", "targets": "ou-lark-40000000", "tags": "a, b"},
    )
    draft = Connection.objects.get()
    one = f"/setup/aws/{draft.id}"
    wrong = administrator.post(f"{one}/role/check/", {"role_arn": "arn:aws:iam::210000000001:user/x"})
    assert "names a user" in wrong.content.decode()
    assert administrator.get(f"{one}/role/?deployed=1").status_code == 200
    arn = deploy(draft)
    assert administrator.post(f"{one}/role/", {"role_arn": f"  {arn} "})["Location"] == f"{one}/checks/"
    finish(Run.objects.get())
    live = administrator.get(f"{one}/live/checks/").content.decode()
    assert live.count("Passed") == 8
    accounts = administrator.get(f"{one}/accounts/").content.decode()
    assert "sandbox-amara" in accounts
    assert "larkspur-dns" not in administrator.get(f"{one}/accounts/?status=connected").content.decode()
    home = administrator.get("/").content.decode()
    assert "2 of 2" in home


def test_the_switch_and_reprocess_work_without_script(administrator: Client, connected: Connection) -> None:
    one = f"/setup/aws/{connected.id}"
    administrator.post(f"{one}/switch/", {"enabled": "false", "to": "list"})
    assert not commands.find(str(connected.id)).enabled
    refused = administrator.post(f"{one}/reprocess/", {}, follow=True)
    assert "is switched off" in refused.content.decode()
    administrator.post(f"{one}/switch/", {"enabled": "true"})
    assert commands.find(str(connected.id)).enabled


def test_removal_asks_for_the_name(administrator: Client) -> None:
    draft = commands.add("organization", "Larkspur", ["r-lark"])
    assert administrator.post(f"/setup/aws/{draft.id}/remove/", {"name": "x"}).status_code == 422
    assert Connection.objects.exists()
    administrator.post(f"/setup/aws/{draft.id}/remove/", {"name": "Larkspur", "data": "purge"})
    assert not Connection.objects.exists()
    assert administrator.get(f"/setup/aws/{draft.id}/").status_code == 404


def test_editing_keeps_what_was_typed_and_says_what_is_wrong(administrator: Client) -> None:
    draft = commands.add("organization", "Larkspur", ["r-lark"])
    answer = administrator.post(
        f"/setup/aws/{draft.id}/edit/", {"name": "New name", "targets": "junk", "tags": "x"}
    )
    assert "New name" in answer.content.decode()
    assert "is no root id" in answer.content.decode()
    administrator.post(
        f"/setup/aws/{draft.id}/edit/", {"name": "New name", "targets": "ou-lark-10000000", "tags": "x"}
    )
    changed = commands.find(str(draft.id))
    assert (changed.name, changed.tags) == ("New name", ["x"])


def test_hostile_names_are_shown_and_never_act(administrator: Client) -> None:
    commands.add(
        "organization", "<script>alert(1)</script>`<b>`", ["r-lark"], ['"><img src=x onerror=alert(1)>']
    )
    shown = administrator.get("/setup/aws/").content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_filters_stand_in_the_address(administrator: Client) -> None:
    commands.add("organization", "Larkspur", ["r-lark"], ["blue"])
    commands.add("account", "Single", ["123456789012"])
    assert "Single" not in administrator.get("/setup/aws/?type=organization").content.decode()
    assert "Larkspur" not in administrator.get("/setup/aws/rows/?q=sing").content.decode()
    assert "Single" not in administrator.get("/setup/aws/?tag=blue").content.decode()
    assert "Nothing matches" in administrator.get("/setup/aws/?q=nothing").content.decode()


def test_a_stream_tells_of_changes_and_ends(administrator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_entitlements.server.connections.live.STREAM_SECONDS", 0.2)
    monkeypatch.setattr("cloud_entitlements.server.connections.live.LOOK_SECONDS", 0.1)
    draft = commands.add("organization", "Larkspur", ["r-lark"])
    answer = administrator.get(f"/setup/aws/{draft.id}/events/")
    assert b"event: change" in b"".join(answer)
    answer.close()


def test_too_many_streams_fall_back_to_polling(administrator: Client) -> None:
    draft = commands.add("organization", "Larkspur", ["r-lark"])
    streams = [administrator.get(f"/setup/aws/{draft.id}/events/") for _ in range(12)]
    assert administrator.get(f"/setup/aws/{draft.id}/events/").status_code == 204
    for stream in streams:
        stream.close()
    again = administrator.get(f"/setup/aws/{draft.id}/events/")
    assert again.status_code == 200
    again.close()


def test_tokens_are_shown_once_and_revoked(administrator: Client) -> None:
    made = administrator.post("/administration/", {"name": "pipeline"}).content.decode()
    assert "ciem_" in made
    listed = administrator.get("/administration/").content.decode()
    assert "not shown again" not in listed
    assert "pipeline" in listed
    from cloud_entitlements.server.people.models import ApiToken

    administrator.post(f"/administration/tokens/{ApiToken.objects.get().id}/revoke/")
    assert "pipeline" not in administrator.get("/administration/").content.decode()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_remembered(administrator: Client, theme: str) -> None:
    assert administrator.post("/theme/", {"theme": theme, "next": "//evil.example"})["Location"] == "/"
    assert f'data-theme="{theme}"' in administrator.get("/").content.decode()


def test_an_error_page_says_what_why_and_what_next(administrator: Client) -> None:
    answer = administrator.get("/nothing/here/")
    assert answer.status_code == 404
    assert answer["X-Request-Id"] in answer.content.decode()
