"""What could not be read is shown as stale with its date, or as unknown: never as none, and never as 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running

from .trouble import QUAY, SEED, Deploy, Finish, connect, draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
ONE, TWO = "420000000011", "420000000012"
ALL_OF = "GetAccountAuthorizationDetails"
UNKNOWN = {"Users": "unknown", "Roles": "unknown", "Groups": "unknown"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


@pytest.fixture
def somebody(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", password="correct horse battery"))
    return client


@pytest.fixture
def pages(somebody: Client) -> Any:
    """Every page that shows what was found, by name."""

    def read(connection: Connection) -> dict[str, str]:
        one = f"/setup/aws/{connection.id}"
        of = {
            "home": "/",
            "list": "/setup/aws/",
            "connection": f"{one}/",
            "accounts": f"{one}/accounts/",
            "checks": f"{one}/live/checks/",
        }
        return {name: words(somebody.get(page).content.decode()) for name, page in of.items()}

    return read


def words(page: str) -> str:
    return " ".join(re.sub(r"<(?!/?d[td]>)[^>]*>", "", page).split())


def figures(page: str) -> dict[str, str]:
    return {name: value.strip() for name, value in re.findall(r"<dt>([\w ]+)</dt><dd>(.*?)</dd>", page)}


def identities(page: str) -> dict[str, str]:
    return {name: figures(page)[name] for name in UNKNOWN}


def failing(platform: Running, connection: Connection, finish: Finish, *rules: dict[str, Any]) -> Connection:
    platform.fail(*rules)
    try:
        assert finish(commands.reprocess(connection)).state == "done"
    finally:
        platform.fail()
    return commands.find(str(connection.id))


def connected(platform: Running, deploy: Deploy, finish: Finish, *rules: dict[str, Any]) -> Connection:
    """Through a unit of two accounts, while `rules` hold."""
    connection = draft(QUAY)
    arn = deploy(connection)
    platform.fail(*rules)
    try:
        return connect(connection, arn, finish)
    finally:
        platform.fail()


def test_a_part_that_was_read_before_is_shown_with_its_date(
    platform: Running, deploy: Deploy, finish: Finish, pages: Any
) -> None:
    whole = connected(platform, deploy, finish)
    before, today = pages(whole), timezone.now().strftime("%Y-%m-%d")
    stale = pages(failing(platform, whole, finish, {"kind": "deny", "account": ONE, "operation": ALL_OF}))
    for page in ("home", "connection"):
        assert identities(stale[page]) == identities(before[page])
        assert f"of 1 of them as they were when last read, on {today}" in stale[page]
        assert "never read" not in stale[page]
    assert f"stale, of {today} " in stale["connection"]
    assert figures(stale["connection"])["Gaps in accounts read"] == "1"
    assert "1 gap" in stale["accounts"]
    assert "1 of them in part" in stale["home"]


def test_an_account_that_no_longer_answers_keeps_what_was_read(
    platform: Running, deploy: Deploy, finish: Finish, pages: Any
) -> None:
    whole = connected(platform, deploy, finish)
    before = pages(whole)
    refused = [{"kind": "deny", "account": one, "operation": "AssumeRole"} for one in (ONE, TWO)]
    stale = pages(failing(platform, whole, finish, *refused))
    for page in ("home", "connection"):
        assert "0 of 2" in stale[page], "what was reached"
        assert identities(stale[page]) == identities(before[page]), "what is known"
        assert "of 2 of them as they were when last read" in stale[page]
    assert stale["accounts"].count("that is kept.") == 2
    assert figures(stale["connection"])["Gaps in accounts read"] == "unknown"
    assert "Nothing: all that was asked" not in stale["connection"]
    assert "None: every account" not in stale["home"]


@pytest.mark.parametrize(
    "denied", ["AssumeRole", ALL_OF, ""], ids=["no way in", "no identities", "nothing at all"]
)
def test_what_was_never_read_is_unknown(
    platform: Running,
    deploy: Deploy,
    finish: Finish,
    pages: Any,
    monkeypatch: pytest.MonkeyPatch,
    denied: str,
) -> None:
    monkeypatch.setattr("cloud_entitlements.server.connections.collecting.PROPAGATION_SECONDS", 0)
    of = {"operation": denied} if denied else {"services": ["iam"]}
    shown = pages(
        connected(platform, deploy, finish, *({"kind": "deny", "account": one, **of} for one in (ONE, TWO)))
    )
    for page in ("home", "connection"):
        assert identities(shown[page]) == UNKNOWN
        assert "2 accounts were never read: what is in them is unknown" in shown[page]
    assert "its identities are unknown" in shown["checks"]
    assert "0 users" not in shown["checks"]
    assert figures(shown["connection"])["Gaps in accounts read"] == ("4" if denied == ALL_OF else "unknown")
    if denied == ALL_OF:
        assert shown["connection"].count("never read: unknown") == 4
        assert "2 of them in part" in shown["home"]
    else:
        assert shown["accounts"].count("Never read: its identities are unknown.") == 2
        assert "Unknown: no account answers." in shown["connection"]


def test_a_number_says_how_many_accounts_it_is_of(
    platform: Running, deploy: Deploy, finish: Finish, pages: Any
) -> None:
    half = connected(platform, deploy, finish, {"kind": "deny", "account": TWO, "operation": ALL_OF})
    shown = pages(half)
    for page in ("home", "connection"):
        assert identities(shown[page])["Users"] == "2"
        assert "Identities are those of 1 account." in shown[page]
        assert "1 account was never read: what is in it is unknown" in shown[page]


def test_an_account_without_users_has_none(
    platform: Running, deploy: Deploy, finish: Finish, pages: Any
) -> None:
    """What was read and found empty is 0, and not unknown."""
    shown = pages(connected(platform, deploy, finish))
    assert identities(shown["home"])["Groups"] == identities(shown["connection"])["Groups"] == "0"
    assert "never read" not in shown["home"]
