"""Identity Center over HTTP: found, remembered, refused, hidden behind a key; and followed to roles on the demo."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cloud_entitlements.access import Directory, read_directory
from cloud_entitlements.inventory import TABLES, Snapshot
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator.process import Running

from .trouble import Deploy, Finish

# On SQLite alone: nothing of this is state in the database.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("impatient")]

MANAGER, HOME = "210000000001", "eu-central-1"
SANDBOX_AMARA, SANDBOX_JONAS = "210000000061", "210000000062"
KEY = f"arn:aws:kms:eu-central-1:{MANAGER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WHOSE = ("organization", "identity_center")
PEOPLE = ("directory_users", "directory_groups", "directory_memberships")
ACCESS = ("permission_sets", "account_assignments")


def last(connection: Connection) -> Snapshot:
    found = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert found is not None
    return found


def rows(connection: Connection, *tables: str) -> dict[str, int]:
    snapshot = last(connection)
    return {table: snapshot.count(table) for table in tables}


def gaps(connection: Connection) -> dict[tuple[str, str], dict[str, Any]]:
    return {(gap["account_id"], gap["of_collector"]): gap for gap in last(connection).rows("gaps")}


def outcome(connection: Connection) -> str:
    (row,) = last(connection).rows("collections", account_id=WHOSE[0], of_collector=WHOSE[1])
    return str(row["outcome"])


def asked(platform: Running, since: int) -> list[str]:
    """The Regions in which instances were looked for."""
    return [call["region"] for call in platform.calls(since) if call["operation"] == "ListInstances"]


def now(platform: Running) -> int:
    return max((call["n"] for call in platform.calls()), default=0)


@contextlib.contextmanager
def hours_later(hours: int = 2) -> Iterator[None]:
    """So that what is collected once an hour is due."""
    later = SimpleNamespace(now=lambda: timezone.now() + dt.timedelta(hours=hours))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cloud_entitlements.server.connections.staged.timezone", later)
        yield


@pytest.fixture
def again(connected: Connection, finish: Finish) -> Any:
    """Collects once more, with everything due; the later, the more often."""
    turns = iter(range(2, 100, 2))

    def _again() -> Connection:
        with hours_later(next(turns)):
            assert finish(commands.reprocess(connected)).state == "done"
        return connected

    return _again


def test_all_of_it_is_read_and_nothing_of_people_but_names(connected: Connection) -> None:
    snapshot = last(connected)
    assert gaps(connected) == {}
    (center,) = snapshot.rows("identity_center")
    assert (center["account_id"], center["owner"], center["region"]) == ("organization", MANAGER, HOME)
    assert (center["identity_store_id"][:2], center["kms_key"]) == ("d-", None)
    sets = {row["name"]: row for row in snapshot.rows("permission_sets")}
    assert set(sets) == {"ReadOnly", "PowerUser", "Administrator", "Billing"}
    assert sets["ReadOnly"]["session_duration"] == "PT8H"
    assert sets["ReadOnly"]["attached"] == ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    assert sets["Billing"]["customer"] == [{"name": "invoice-archive", "path": "/"}]
    assert sets["Billing"]["customer_boundary"] == {"name": "finance-boundary", "path": "/"}
    assert sets["ReadOnly"]["customer_boundary"] is None
    (inline,) = snapshot.rows("documents", sha256=sets["Administrator"]["inline"])
    assert json.loads(inline["text"])["Statement"][0]["Sid"] == "StayInTheOrganization"
    kinds = Counter(row["principal_type"] for row in snapshot.rows("account_assignments"))
    assert kinds == {"GROUP": 69, "USER": 4}
    users = {row["name"]: row for row in snapshot.rows("directory_users")}
    assert len(users) == 12
    assert users["mei.lin"]["display_name"] == "<img src=x onerror=alert(1)>"
    assert users["hana.suzuki"]["display_name"] == "鈴木 花"
    assert [name for name, row in users.items() if row["enabled"] is False] == ["okafor.audit"]
    everything = str([list(snapshot.rows(table)) for table in TABLES])
    for canary in (
        "@example.com",
        "people.example.com",
        "Canary",
        "+1-555",
        "nickname-",
        "title-",
        "People of",
    ):
        assert canary not in everything, canary


def test_the_region_is_found_once_and_then_remembered(
    platform: Running, again: Any, connected: Connection
) -> None:
    since = now(platform)
    again()
    assert asked(platform, since) == [HOME]
    assert outcome(connected) == "collected"


def test_within_the_hour_it_is_not_asked_again(
    platform: Running, connected: Connection, finish: Finish
) -> None:
    since = now(platform)
    finish(commands.reprocess(connected))
    assert asked(platform, since) == []
    assert outcome(connected) == "carried"
    assert rows(connected, *PEOPLE)["directory_users"] == 12


def test_the_search_passes_over_regions_that_are_not_enabled(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    since = now(platform)
    draft = commands.add("organization", "Larkspur", ["ou-lark-40000000"])
    finish(commands.connect(draft, deploy(draft)))
    looked = asked(platform, since)
    assert looked[0] == "us-east-1", "its own Region first"
    assert looked[-1] == HOME
    assert "af-south-1" in looked, "not enabled"
    assert gaps(draft) == {}


def test_where_it_moved_to_is_found_again(
    platform: Running, connected: Connection, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = "cloud_entitlements.server.connections.identity_center._region"
    monkeypatch.setattr(places, lambda _connection: "sa-east-1")
    since = now(platform)
    again()
    assert asked(platform, since)[:2] == ["sa-east-1", "us-east-1"]
    assert asked(platform, since).count("sa-east-1") == 1
    assert next(last(connected).rows("identity_center"))["region"] == HOME


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"kind": "deny", "operation": "ListInstances"}, "denied"),
        ({"kind": "deny", "operation": "ListAccountAssignments", "after": 5}, "denied"),
        ({"kind": "deny", "services": ["identitystore"]}, "denied"),
        ({"kind": "throttle", "operation": "ListGroupMemberships"}, "throttled"),
    ],
    ids=["the search", "assignments", "people", "memberships"],
)
def test_refused_is_a_gap_and_never_nobody(
    platform: Running, connected: Connection, again: Any, hasty: None, rule: dict[str, Any], code: str
) -> None:
    before = rows(connected, *PEOPLE, *ACCESS)
    platform.fail(rule)
    try:
        again()
    finally:
        platform.fail()
    assert set(gaps(connected)) == {WHOSE}
    gap = gaps(connected)[WHOSE]
    assert (gap["code"], bool(gap["stale_since"])) == (code, True)
    assert (outcome(connected), rows(connected, *PEOPLE, *ACCESS)) == ("stale", before)
    assert read_directory(last(connected)).known, "the last value stays, with its date"
    again()
    assert gaps(connected) == {}


def test_refused_in_the_remembered_region_is_not_gone(
    platform: Running, connected: Connection, again: Any
) -> None:
    """Every other Region says that it has none; the one that has it does not answer."""
    platform.fail({"kind": "deny", "operation": "ListInstances", "most": 1})
    try:
        since = now(platform)
        again()
    finally:
        platform.fail()
    looked = asked(platform, since)
    assert (HOME in looked, len(looked)) == (
        False,
        len(boto3.Session().get_available_regions("sso-admin")) - 1,
    )
    assert gaps(connected)[WHOSE]["code"] == "denied"
    assert rows(connected, "identity_center") == {"identity_center": 1}


def test_credentials_that_no_region_knows_are_not_regions_that_are_not_enabled(
    platform: Running, connected: Connection, again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions = "cloud_entitlements.aws.sessions.AwsSession.regions"
    monkeypatch.setattr(regions, lambda *_: ("af-south-1", "eu-south-2"))
    monkeypatch.setattr("cloud_entitlements.server.connections.identity_center._region", lambda _: "")
    again()
    assert gaps(connected)[WHOSE]["code"] == "bad_credentials"


@pytest.mark.parametrize(
    "operation", ["ListUsers", "ListGroups", "ListPermissionSets", "ListAccountsForProvisionedPermissionSet"]
)
def test_a_page_that_repeats_never_passes_for_a_whole_list(
    platform: Running, connected: Connection, again: Any, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.setattr("cloud_entitlements.aws.collectors.identity_center.PAGE", 2)
    platform.fail({"kind": "repeat", "operation": operation})
    try:
        again()
    finally:
        platform.fail()
    assert gaps(connected)[WHOSE]["code"] == "repeated_page"
    again()
    assert gaps(connected) == {}, "in pages of two it is whole, too"
    assert rows(connected, *PEOPLE) == {
        "directory_users": 12, "directory_groups": 5, "directory_memberships": 13,
    }  # fmt: skip


@pytest.fixture
def hidden_and_back(platform: Running, again: Any) -> Any:
    """Collects while a customer's key hides what these services answer; gives the way to collect without it."""

    def hide(*services: str) -> Any:
        platform.encrypt_identity_center(MANAGER, KEY, *services)
        try:
            again()
        finally:
            platform.encrypt_identity_center(MANAGER, "")
        return again

    return hide


@pytest.mark.parametrize(
    ("services", "call", "left"),
    [
        (["identitystore"], "identitystore:ListUsers", {"permission_sets": 4, "account_assignments": 73}),
        ([], "sso:ListPermissionSets", {"permission_sets": 0, "account_assignments": 0}),
    ],
    ids=["people", "all of it"],
)
def test_what_a_customers_key_hides_is_a_gap_and_the_rest_stays(
    hidden_and_back: Any,
    connected: Connection,
    page: Client,
    services: list[str],
    call: str,
    left: dict[str, int],
) -> None:
    collect_again = hidden_and_back(*services)
    gap = gaps(connected)[WHOSE]
    assert (gap["code"], gap["call"]) == ("kms_key_refused", call)
    assert "kms:Decrypt" in gap["message"]
    assert outcome(connected) == "partial"
    assert rows(connected, *ACCESS) == left
    assert rows(connected, *PEOPLE) == dict.fromkeys(PEOPLE, 0)
    (center,) = last(connected).rows("identity_center")
    assert (center["region"], center["kms_key"]) == (HOME, KEY), "the Region is remembered all the same"
    directory = read_directory(last(connected))
    assert (directory.known, directory.why) == (False, gap["message"])

    shown = page.get(f"/setup/aws/{connected.id}/").content.decode().split('id="gaps"')[1]
    assert "CloudEntitlementsThroughIdentityCenter" in shown
    assert connected.role_arn in shown, "the line to copy names the role"
    collect_again()
    assert (gaps(connected), outcome(connected)) == ({}, "collected")
    assert rows(connected, *PEOPLE)["directory_users"] == 12


def test_an_older_template_names_what_it_lacks_and_keeps_working(
    platform: Running, deploy: Deploy, finish: Finish, page: Client
) -> None:
    draft = commands.add("organization", "Larkspur", ["ou-lark-40000000"])
    body = commands.template(draft)
    older = "\n".join(
        line for line in body.splitlines() if "- sso:" not in line and "- identitystore:" not in line
    )
    since = now(platform)
    run = finish(commands.connect(draft, deploy(draft, template=older + "\n")))
    assert run.state == "done"
    found = commands.find(str(draft.id))
    assert (found.status, found.coverage_connected) == ("connected", 2)
    assert set(gaps(found)) == {WHOSE}
    gap = gaps(found)[WHOSE]
    assert (gap["code"], gap["call"]) == ("not_allowed", "sso:ListInstances")
    assert asked(platform, since) == ["us-east-1"], (
        "the same policy refuses in every Region: it is asked once"
    )
    (missing,) = found.deployment["missing"]
    assert (missing["action"], missing["collectors"]) == ("sso:ListInstances", ["identity_center"])
    assert not read_directory(last(found)).known
    shown = page.get(f"/setup/aws/{found.id}/").content.decode()
    assert "<code>sso:ListInstances</code>" in shown
    assert "aws cloudformation deploy" in shown.split('id="gaps"')[1]


# --- from people to roles


@pytest.fixture
def directory(connected_whole: Connection) -> Directory:
    return read_directory(last(connected_whole))


def named(directory: Directory, name: str) -> str:
    people = [one.arn for one in directory.users.values() if one.name == name]
    (arn,) = people or [one.arn for one in directory.groups.values() if one.name == name]
    return arn


def test_people_of_the_demo_are_followed_to_their_roles(directory: Directory) -> None:
    assert (directory.known, len(directory.users), len(directory.groups)) == (True, 12, 5)
    amara, engineers = named(directory, "amara.okafor"), named(directory, "Platform Engineers")
    ways = directory.roles_of(amara)
    assert Counter((one.permission_set, one.state) for one in ways) == {
        ("ReadOnly", "found"): 23,
        ("ReadOnly", "not_read"): 1,
        ("Administrator", "found"): 3,
        ("PowerUser", "found"): 1,
    }
    (unread,) = [one for one in ways if one.state == "not_read"]
    assert (unread.account_id, unread.why) == (
        "210000000071", "the roles of account 210000000071 were not read",
    )  # fmt: skip
    (own,) = [one for one in ways if one.through is None]
    assert (own.account_id, own.permission_set) == (SANDBOX_AMARA, "PowerUser")
    assert own.role == (
        f"arn:aws:iam::{SANDBOX_AMARA}:role/aws-reserved/sso.amazonaws.com/eu-central-1/"
        "AWSReservedSSO_PowerUser_9a8b7c6d5e4f3021"
    )
    assert {one.through for one in ways if one is not own} == {engineers}
    assert own in directory.people_of(own.role)
    (finance,) = directory.roles_of(named(directory, "Finance"))
    assert (finance.account_id, finance.permission_set, finance.state) == (MANAGER, "Billing", "found")


def test_roles_of_the_demo_are_followed_to_their_people(
    directory: Directory, connected_whole: Connection
) -> None:
    roles = {
        row["arn"]
        for row in last(connected_whole).rows("roles")
        if row["name"].startswith("AWSReservedSSO_Administrator_")
    }
    assert len(roles) == 4
    (payments,) = [arn for arn in roles if ":210000000031:" in arn]
    people = {directory.users[one.principal].name for one in directory.people_of(payments)}
    assert people == {"lucia.moreno", "okafor.audit"}, "direct, and one of them is disabled"
    (network,) = [arn for arn in roles if ":210000000021:" in arn]
    found = directory.people_of(network)
    assert {directory.users[one.principal].name for one in found if one.through} == {
        "amara.okafor",
        "jonas.weber",
    }
    assert directory.people_of(f"arn:aws:iam::{MANAGER}:role/Administrator") == ()
