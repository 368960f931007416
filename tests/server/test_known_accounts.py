"""Known accounts: accounts of others that people say they expect in trust policies; on page, in a terminal, over the API."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from cloud_entitlements.criteria import CRITERIA
from cloud_entitlements.server.recommendations import due, known_accounts
from cloud_entitlements.server.recommendations.analysing import bring_up, forget
from cloud_entitlements.server.recommendations.models import (
    KnownAccount,
    Moment,
    Recommendation,
    SecurityPolicy,
)
from cloud_entitlements.server.recommendations.policies import key_of, settings_of

from .days import Days
from .hostile import acts_in_html
from .trusts import CONNECTION, MANAGEMENT, NAME, OWN, SISTER, Trusts, role

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
Api = Callable[..., tuple[int, Any]]
Terminal = Callable[..., tuple[int, str, str]]
CRITERION = "trust-unknown-account"
DATADOG, OTHER, THIRD = "464622532012", "444455556666", "444455557777"
POLICIES, CHANGE = "/security-policies/", "/security-policies/known-accounts/"
LIST = "/criteria/known-accounts"
HERE = f"connection={CONNECTION}"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    made = settings.DATA_DIR / "ciem.sqlite3"
    made.touch()  # where a program's database stands; the test's own has another name
    yield
    made.unlink()
    shutil.rmtree(settings.SNAPSHOTS_DIR, ignore_errors=True)


@pytest.fixture
def trusts(tmp_path: Path, transactional_db: Any) -> Trusts:
    found = Trusts(tmp_path)
    found.collected(role("datadog", DATADOG))
    return found


def told(name: str = "datadog") -> tuple[str, str]:
    one = Recommendation.objects.get(criterion=CRITERION, name=name)
    return one.state, one.resolved_because


def know(account: str = DATADOG, connection_id: str = "", name: str = "Datadog") -> KnownAccount:
    return known_accounts.know(connection_id, account, name, "ada")


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


# What it makes of judgements


def test_what_trusts_a_known_account_is_no_longer_asked_and_not_called_mended(trusts: Trusts) -> None:
    assert told() == ("suggested", "")
    know()
    bring_up(CONNECTION)
    assert told() == ("withdrawn", "known")
    assert Moment.objects.latest("at").resolved == 0, "nobody followed it"


def test_one_that_is_forgotten_is_suggested_again(trusts: Trusts) -> None:
    know()
    bring_up(CONNECTION)
    known_accounts.forget("", DATADOG)
    bring_up(CONNECTION)
    assert told() == ("suggested", "")
    assert Recommendation.objects.get(criterion=CRITERION).reopened_at is not None


@pytest.mark.parametrize(
    ("before", "known", "after", "expected"),
    [
        ((DATADOG,), (DATADOG,), (DATADOG,), ("withdrawn", "known")),
        ((DATADOG,), (DATADOG,), (), ("followed", "mended")),
        ((DATADOG, OTHER), (DATADOG,), (DATADOG, OTHER), ("suggested", "")),
        ((DATADOG, OTHER), (DATADOG,), (DATADOG,), ("withdrawn", "known")),
        ((DATADOG, OTHER), (OTHER,), (DATADOG, OTHER), ("suggested", "")),
        (tuple(f"44445555{n:04}" for n in range(9)), ("444455550008",), ("444455550008",), ("withdrawn", "known")),
    ],
    ids=[
        "it stands as before",
        "it was removed all the same",
        "another is not known",
        "another was removed beside it",
        "the other one is known",
        "one that the evidence had no room for",
    ],
)  # fmt: skip
def test_what_became_of_it_is_told_by_what_the_role_trusts_now(
    tmp_path: Path,
    transactional_db: Any,
    before: tuple[str, ...],
    known: tuple[str, ...],
    after: tuple[str, ...],
    expected: tuple[str, str],
) -> None:
    trusts = Trusts(tmp_path)
    trusts.collected(role("datadog", *before))
    for one in known:
        know(one)
    trusts.collected(role("datadog", *after))
    assert told() == expected


def test_removing_a_stranger_beside_one_that_was_known_before_is_mending(trusts: Trusts) -> None:
    know(OTHER, name="Backup")
    trusts.collected(role("datadog", DATADOG, OTHER))
    assert told() == ("suggested", "")
    trusts.collected(role("datadog", OTHER))
    assert told() == ("followed", "mended")


def test_what_was_acknowledged_is_closed_by_it_too(trusts: Trusts) -> None:
    Recommendation.objects.filter(criterion=CRITERION).update(state="acknowledged", reason="x")
    know()
    bring_up(CONNECTION)
    assert told() == ("withdrawn", "known")


def test_a_gap_leaves_it_as_it_is(trusts: Trusts) -> None:
    know()
    trusts.not_read()
    assert told() == ("suggested", "")
    assert Recommendation.objects.get(criterion=CRITERION).stale_since is not None


def test_one_connection_may_know_whom_others_do_not(trusts: Trusts, tmp_path: Path) -> None:
    second = Trusts(tmp_path, "second")
    second.collected(role("backup", DATADOG))
    know(connection_id=CONNECTION)
    bring_up(CONNECTION)
    bring_up("second")
    assert (told(), told("backup")) == (("withdrawn", "known"), ("suggested", ""))
    know()  # of all: the connection keeps its own
    bring_up("second")
    assert told("backup") == ("withdrawn", "known")
    known_accounts.forget("", DATADOG)
    assert [row.connection_id for row in KnownAccount.objects.all()] == [CONNECTION]


def test_whoever_judges_differently_waits_and_whoever_does_not_does_not(trusts: Trusts) -> None:
    assert due.waiting() == []
    know(connection_id=CONNECTION)
    assert due.waiting() == [CONNECTION]
    bring_up(CONNECTION)
    know()  # known here already
    assert due.waiting() == []
    known_accounts.forget(CONNECTION, DATADOG)
    assert due.waiting() == [], "it is known for all"
    SecurityPolicy.objects.create(criterion=CRITERION, criticality="high", enabled=False)
    bring_up(CONNECTION)
    know(OTHER)
    assert due.waiting() == [], "nobody asks"


def test_the_key_is_of_the_criterion_that_looks_at_known_accounts(db: None) -> None:
    assert CRITERION in {one.id for one in CRITERIA}
    before = key_of(settings_of(CONNECTION))
    KnownAccount.objects.create(connection_id="another", account_id=DATADOG, name="x")
    assert key_of(settings_of(CONNECTION)) == before
    KnownAccount.objects.create(account_id=DATADOG, name="x")
    with_it = key_of(settings_of(CONNECTION))
    assert with_it != before
    KnownAccount.objects.update(name="y")
    assert key_of(settings_of(CONNECTION)) == with_it, "a name judges nobody"


def test_it_goes_with_its_connection(trusts: Trusts) -> None:
    know(connection_id=CONNECTION)
    know(OTHER)
    forget(CONNECTION)
    assert [row.account_id for row in KnownAccount.objects.all()] == [OTHER]


# What is taken, and what is refused


@pytest.mark.parametrize(
    ("given", "account_id"),
    [
        (DATADOG, DATADOG),
        (f"  {DATADOG}\n", DATADOG),
        ("4646-2253-2012", DATADOG),
        ("4646 2253 2012", DATADOG),
        (f"arn:aws:iam::{DATADOG}:root", DATADOG),
        (f"arn:aws-us-gov:iam::{DATADOG}:role/integration/deploy", DATADOG),
        (f"arn:aws:sts::{DATADOG}:assumed-role/a/b", DATADOG),
        (f"arn:aws:sns:eu-west-1:{DATADOG}:topic", DATADOG),
        ("", ""),
        ("46462253201", ""),
        ("4646225320120", ""),
        ("٤٦٤٦٢٢٥٣٢٠١٢", ""),
        ("Datadog", ""),
        ("AROAEXAMPLEID12345", ""),
        ("arn:aws:s3:::bucket", ""),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", ""),
        (f"arn:aws:iam::{DATADOG}", ""),
        (f"{DATADOG} {OTHER}", ""),
    ],
)
def test_an_account_is_taken_out_of_what_is_pasted(given: str, account_id: str) -> None:
    assert known_accounts.account_in(given) == account_id


@pytest.mark.parametrize(
    ("body", "field", "code", "says"),
    [
        ({"account": "Datadog", "name": "x"}, "account", "malformed", "`Datadog` is no account"),
        ({"account": " ", "name": "x"}, "account", "malformed", "is missing"),
        ({"account": "\0\ud800" + "9" * 5000, "name": "x"}, "account", "malformed", "is no account"),
        ({"account": OWN, "name": "x"}, "account", "own", f"of `{NAME}` itself"),
        ({"account": SISTER, "name": "x"}, "account", "own", f"of `{NAME}` itself"),
        ({"account": MANAGEMENT, "name": "x"}, "account", "own", f"of `{NAME}` itself"),
        ({"account": OTHER, "name": "x"}, "account", "known", "as `Backup`, for all connections"),
        ({"account": THIRD, "name": "x"}, "account", "known", "as `Mine`, for this connection"),
        ({"account": DATADOG, "name": "  "}, "name", "empty", "is missing"),
        ({"account": DATADOG, "name": "x" * 101}, "name", "too_long", "101 characters"),
        ({"account": DATADOG, "name": "a\0b"}, "name", "malformed", "no text"),
        ({"account": DATADOG, "name": "\ud800"}, "name", "malformed", "no text"),
    ],
)
def test_what_can_not_be_known_is_refused_with_why_and_what_next(
    api: Api, trusts: Trusts, body: dict[str, str], field: str, code: str, says: str
) -> None:
    know(OTHER, name="Backup")
    know(THIRD, connection_id=CONNECTION, name="Mine")
    status, found = api("POST", f"{LIST}?{HERE}", body)
    assert (status, found["code"], found["errors"][field]["code"]) == (422, "invalid", code)
    assert says in found["errors"][field]["text"]
    assert found["errors"][field]["fix"]
    assert set(KnownAccount.objects.values_list("account_id", flat=True)) == {OTHER, THIRD}


def test_all_that_is_wrong_is_told_at_once(api: Api, trusts: Trusts) -> None:
    _, found = api("POST", LIST, {"account": "x", "name": ""})
    assert set(found["errors"]) == {"account", "name"}


def test_a_sister_is_a_stranger_to_another_organization(api: Api, trusts: Trusts, tmp_path: Path) -> None:
    """Of all connections that are meant, one at least does not have the account."""
    Days(tmp_path / "days").collected()
    assert api("POST", LIST, {"account": SISTER, "name": "Sister"})[0] == 201
    assert api("POST", f"{LIST}?{HERE}", {"account": MANAGEMENT, "name": "Payer"})[0] == 422


# Over the API


@pytest.mark.parametrize(("method", "path"), [("GET", LIST), ("POST", LIST), ("DELETE", f"{LIST}/{DATADOG}")])
def test_nobody_sees_or_changes_anything_without_signing_in(trusts: Trusts, method: str, path: str) -> None:
    know()
    sent = json.dumps({"account": OTHER, "name": "x"})
    answer = Client().generic(method, f"/api/v1{path}", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert KnownAccount.objects.count() == 1


def test_a_session_changes_nothing_without_a_csrf_token(trusts: Trusts) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("viewer"))
    sent = {"account": OTHER, "name": "x"}
    answer = client.post(f"/api/v1{LIST}", json.dumps(sent), content_type="application/json")
    assert (answer.status_code, client.post(CHANGE, sent).status_code) == (403, 403)
    assert not KnownAccount.objects.exists()


def test_a_program_knows_lists_and_forgets(api: Api, trusts: Trusts) -> None:
    status, made = api("POST", f"{LIST}?{HERE}", {"account": DATADOG, "name": " Datadog "})
    assert (status, made["account_id"], made["name"], made["added_by"]) == (
        201,
        DATADOG,
        "Datadog",
        "token test",
    )
    assert (made["connection_id"], made["connection"]) == (CONNECTION, NAME)
    api("POST", LIST, {"account": OTHER, "name": "backup"})
    assert [one["name"] for one in api("GET", LIST)[1]["items"]] == ["backup"]
    here = api("GET", f"{LIST}?{HERE}")[1]["items"]
    assert [(one["name"], one["connection_id"]) for one in here] == [
        ("backup", None),
        ("Datadog", CONNECTION),
    ]
    assert due.waiting() == [CONNECTION]
    assert api("DELETE", f"{LIST}/{DATADOG}?{HERE}") == (204, None)
    assert [one["name"] for one in api("GET", f"{LIST}?{HERE}")[1]["items"]] == ["backup"]


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        (f"{LIST}/{OTHER}?{HERE}", f"ciem criteria forget {OTHER}`"),
        (f"{LIST}/{DATADOG}", f"--connection {CONNECTION}"),
        (f"{LIST}/{THIRD}", "ciem criteria known"),
        (f"{LIST}/nobody", "ciem criteria known"),
    ],
    ids=["known for all", "known for one", "known nowhere", "no account"],
)
def test_what_is_not_known_here_can_not_be_forgotten_here(
    api: Api, trusts: Trusts, path: str, fix: str
) -> None:
    know(OTHER)
    know(connection_id=CONNECTION)
    status, found = api("DELETE", path)
    assert (status, found["code"]) == (404, "not_found")
    assert fix in found["fix"]
    assert KnownAccount.objects.count() == 2


def test_a_connection_that_is_not_there_is_refused(api: Api, trusts: Trusts, page: Client) -> None:
    assert api("GET", f"{LIST}?connection=nobody")[0] == 422
    assert api("POST", f"{LIST}?connection=nobody", {"account": DATADOG, "name": "x"})[0] == 422
    answer = page.post(CHANGE, {"account": DATADOG, "name": "x", "connection": "nobody"})
    assert answer.status_code == 422
    assert "nobody" in text(answer)
    assert page.get(f"{POLICIES}?connection=nobody").status_code == 200
    assert page.get(f"{POLICIES}?connection=%00").status_code == 200
    assert page.post(CHANGE, {"forget": DATADOG, "connection": "\0"}).status_code == 422
    assert page.post(POLICIES, {"connection": "\0"}).status_code == 422
    assert not KnownAccount.objects.exists()


# On pages


@pytest.mark.parametrize("address", [POLICIES, CHANGE])
def test_nobody_gets_there_who_is_not_signed_in(address: str, trusts: Trusts) -> None:
    answer = Client().post(address, {"account": DATADOG, "name": "x"})
    assert answer["Location"].startswith("/accounts/login/")
    assert not KnownAccount.objects.exists()


def test_a_person_knows_an_account_and_forgets_it(page: Client, trusts: Trusts) -> None:
    answer = page.post(
        CHANGE, {"account": f"arn:aws:iam::{DATADOG}:root", "name": "Datadog", "connection": ""}
    )
    assert answer["Location"] == f"{POLICIES}#known-accounts"
    row = KnownAccount.objects.get()
    assert (row.account_id, row.connection_id, row.added_by) == (DATADOG, "", "ada")
    for address, forgettable in ((POLICIES, True), (f"{POLICIES}?{HERE}", False)):
        found = text(page.get(address))
        assert f"<code>{DATADOG}</code>" in found
        assert ('name="forget"' in found) is forgettable
    answer = page.post(CHANGE, {"forget": DATADOG, "connection": ""}, follow=True)
    assert "is no longer known" in text(answer)
    assert not KnownAccount.objects.exists()


def test_what_was_given_stays_in_the_form_with_what_is_wrong(page: Client, trusts: Trusts) -> None:
    answer = page.post(CHANGE, {"account": OWN, "name": "Our <own>", "connection": CONNECTION})
    found = text(answer)
    assert (answer.status_code, f'value="{OWN}"' in found, 'value="Our &lt;own&gt;"' in found) == (
        422,
        True,
        True,
    )
    assert f"is an account of <code>{NAME}</code> itself" in found
    for account, name in (("\0", "x"), (DATADOG, "a\0b")):
        assert page.post(CHANGE, {"account": account, "name": name}).status_code == 422
    assert not KnownAccount.objects.exists()


def test_forgetting_what_is_not_known_says_so(page: Client, trusts: Trusts) -> None:
    answer = page.post(CHANGE, {"forget": DATADOG, "connection": CONNECTION})
    assert (answer.status_code, "is no account that is known for this connection" in text(answer)) == (
        422,
        True,
    )


def test_a_get_fills_the_form_and_changes_nothing(page: Client, trusts: Trusts) -> None:
    assert f'value="{DATADOG}"' in text(page.get(f"{POLICIES}?known={DATADOG}"))
    found = text(page.get(f'{POLICIES}?known="><x-evil>'))
    assert acts_in_html(found) == []
    assert 'name="account" value=""' in found
    assert page.get(CHANGE).status_code == 405
    assert not KnownAccount.objects.exists()


def test_evidence_leads_to_the_form_and_the_fix_names_page_and_command(page: Client, trusts: Trusts) -> None:
    one = Recommendation.objects.get(criterion=CRITERION)
    link = f"{POLICIES}?connection={CONNECTION}&amp;known={DATADOG}#known-accounts"
    drawer = text(page.get(f"/recommendations/{CRITERION}/?open={one.pk}"))
    identity = text(page.get(f"/identity/?arn={one.arn}"))
    for found in (drawer, identity):
        assert link in found
        assert f"ciem criteria know {DATADOG} --name" in found
        assert "Security policies &gt; Known accounts" in found
    assert f'value="{DATADOG}"' in text(page.get(link.replace("&amp;", "&")))
    know()
    bring_up(CONNECTION)
    found = text(page.get(f"/recommendations/{CRITERION}/?state=withdrawn&open={one.pk}"))
    assert "the account that it names is known now" in found
    assert link not in found


def test_the_page_of_a_role_says_whose_the_account_is(page: Client, trusts: Trusts) -> None:
    know(name="Datadog <Ltd>")
    one = Recommendation.objects.get(criterion=CRITERION)
    for part in ("general", "path"):
        page.get(f"/identity/?arn={one.arn}&part={part}")
    bring_up(CONNECTION)
    general = text(page.get(f"/identity/?arn={one.arn}&part=general"))
    assert "(Datadog &lt;Ltd&gt;, a known account)" in general
    assert "Datadog &lt;Ltd&gt;" in text(page.get(f"/identity/?arn={one.arn}&part=path"))
    judged = text(page.get(f"/identity/?arn={one.arn}&part=recommendations"))
    assert "which is known," in judged


# In a terminal


def test_a_terminal_knows_lists_and_forgets(terminal: Terminal, trusts: Trusts) -> None:
    code, out, err = terminal("criteria", "know", "4646-2253-2012", "--name", "Datadog", "--output", "json")
    assert code == 0, err
    assert json.loads(out)["account_id"] == DATADOG
    assert json.loads(out)["added_by"].endswith("in a terminal")
    assert terminal("criteria", "know", OTHER, "--name", "=Backup", "--connection", NAME)[0] == 0
    _, out, _ = terminal("criteria", "known", "--connection", CONNECTION, "--output", "jsonl")
    assert [json.loads(line)["account_id"] for line in out.splitlines()] == [OTHER, DATADOG]
    _, out, _ = terminal("criteria", "known", "--connection", CONNECTION, "--output", "csv")
    assert "'=Backup" in out
    assert "Datadog" in terminal("criteria", "known")[1]
    _, out, _ = terminal("recommendations", "--criterion", CRITERION, "--state", "any", "--output", "jsonl")
    assert [json.loads(line)["resolved_because"] for line in out.splitlines()] == ["known"], (
        "it was judged anew"
    )
    assert terminal("criteria", "forget", DATADOG)[0] == 0
    _, out, _ = terminal("recommendations", "--criterion", CRITERION, "--output", "jsonl")
    assert [json.loads(line)["state"] for line in out.splitlines()] == ["suggested"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("know", DATADOG), 2, "--name"),
        (("know", DATADOG, "--name", " "), 1, "whose the account is"),
        (("know", "nobody", "--name", "x"), 1, "twelve digits"),
        (("know", OWN, "--name", "x"), 1, "known anyway"),
        (("know", DATADOG, "--name", "x", "--connection", "nobody"), 2, "not known"),
        (("forget", DATADOG), 1, "ciem criteria known"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_what_a_terminal_can_not_do_says_why(
    terminal: Terminal, trusts: Trusts, words: tuple[str, ...], code: int, says: str
) -> None:
    ended, out, err = terminal("criteria", *words)
    assert (ended, out) == (code, "")
    assert says in err
    assert not KnownAccount.objects.exists()
