"""Stacks that are to be updated: for permissions of a newer template, and for other units."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cloud_entitlements.aws.template import TEMPLATE_VERSION, VERSION_TAG
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running

from . import lines
from .trouble import (
    HARBOUR,
    HOUSE,
    PLATFORM,
    QUAY,
    SEED,
    Deploy,
    Finish,
    account,
    collected,
    connect,
    draft,
    users,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("impatient"),
]
ONE, DOCK, DOCK_ONE = "420000000011", "ou-harb-20000000", "420000000021"
Api = Callable[..., tuple[int, Any]]
Terminal = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


def text(page: Client, connection: Connection, rest: str = "") -> str:
    return page.get(f"/setup/aws/{connection.id}/{rest}").content.decode()


# --- versions of the template


def older(template: str, *actions: str) -> str:
    """As an earlier program would have made it: another version, and without the permissions that came since."""
    tag = f'{VERSION_TAG}, Value: "{TEMPLATE_VERSION}"'
    assert tag in template
    lines_ = template.replace(tag, f'{VERSION_TAG}, Value: "0"').splitlines()
    return "\n".join(line for line in lines_ if not any(f"- {action} " in line for action in actions)) + "\n"


@pytest.fixture
def house(platform: Running, deploy: Deploy) -> tuple[Connection, Running, Deploy]:
    """All of a small organization, and the ways to deploy to it."""
    platform.client("cloudformation", HOUSE).activate_organizations_access()
    return draft("r-plat", "House"), platform, deploy


def test_what_an_older_template_lacks_is_named_with_what_waits_for_it(
    house: tuple[Connection, Running, Deploy],
    finish: Finish,
    page: Client,
    api: Api,
    terminal: Terminal,
) -> None:
    connection, platform, deploy = house
    template = commands.template(connection)
    body = older(template, "iam:ListVirtualMFADevices", "organizations:ListPolicies")
    found = connect(connection, deploy(connection, 1, body), finish)
    assert found.deployment["found"] == {"0": 2}
    missing = {one["action"]: one for one in found.deployment["missing"]}
    assert set(missing) == {"iam:ListVirtualMFADevices", "organizations:ListPolicies"}
    assert missing["iam:ListVirtualMFADevices"]["collectors"] == ["mfa_devices"]
    assert missing["iam:ListVirtualMFADevices"]["accounts"] == 2
    assert missing["organizations:ListPolicies"]["collectors"] == ["organization_policies"]
    assert missing["organizations:ListPolicies"]["accounts"] == 1, "the management role alone needs it"
    assert "MFA device" in missing["iam:ListVirtualMFADevices"]["purpose"]

    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(found.id))
    assert snapshot is not None
    gaps = {(gap["account_id"], gap["of_collector"]): gap for gap in snapshot.rows("gaps")}
    assert set(gaps) == {
        ("organization", "organization_policies"),
        (HOUSE, "mfa_devices"),
        (PLATFORM, "mfa_devices"),
    }
    assert {gap["code"] for gap in gaps.values()} == {"not_allowed"}
    assert account(found, PLATFORM).status == "connected", "the rest of it is read"

    shown = text(page, found)
    assert "The deployed roles lack permissions" in shown
    assert "<code>iam:ListVirtualMFADevices</code>" in shown
    assert "Know who has a virtual MFA device" in shown
    assert "aws cloudformation deploy" in shown.split('id="gaps"')[1], "each gap has its fix"
    assert "Update the stack</a>" in page.get("/setup/aws/").content.decode()
    _, told = api("GET", f"/aws/organizations/{found.id}")
    assert told["deployment"] == found.deployment
    code, out, err = terminal("org", "show", str(found.id))
    assert (code, "iam:ListVirtualMFADevices" in out, "0 (2)" in out) == (0, True, True)
    assert found.deployment["update"] in err

    line = lines.printed(text(page, found, "update/"), "deploy")
    lines.update(platform, HOUSE, line, commands.template(found))
    found = collected(found, finish)
    assert (found.deployment["found"], found.deployment["missing"]) == ({TEMPLATE_VERSION: 2}, [])
    assert found.deployment["update"] == ""
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(found.id))
    assert snapshot is not None
    assert list(snapshot.rows("gaps")) == []
    assert "lack permissions" not in text(page, found)
    assert "Update the stack</a>" not in page.get("/setup/aws/").content.decode()


def test_a_role_of_before_last_access_was_read_gives_gaps_in_that_alone(
    house: tuple[Connection, Running, Deploy], finish: Finish
) -> None:
    connection, platform, deploy = house
    came_with_version_2 = {
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:GetServiceLastAccessedDetails",
    }
    since = platform.calls()[-1]["n"]
    body = older(commands.template(connection), *came_with_version_2)
    found = connect(connection, deploy(connection, 1, body), finish)
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(found.id))
    assert snapshot is not None
    gaps = {(gap["account_id"], gap["of_collector"]): gap for gap in snapshot.rows("gaps")}
    assert set(gaps) == {
        (owner, part) for owner in (HOUSE, PLATFORM) for part in ("access_keys", "last_accessed")
    }
    assert {gap["code"] for gap in gaps.values()} == {"not_allowed"}
    assert (snapshot.count("access_keys"), snapshot.count("last_accessed")) == (0, 0)
    refused = [call for call in platform.calls(since) if call["error"] and call["service"] == "iam"]
    assert len(refused) == 4, "one call tells that a role lacks a permission"
    missing = {one["action"]: one["collectors"] for one in found.deployment["missing"]}
    assert missing.keys() == came_with_version_2
    assert missing["iam:ListAccessKeys"] == ["access_keys"]
    assert missing["iam:GetServiceLastAccessedDetails"] == ["last_accessed"]
    assert [(row.status, row.gap_count) for row in found.accounts.all()] == [("connected", 2)] * 2

    lines.update(platform, HOUSE, found.deployment["update"], commands.template(found))
    found = collected(found, finish)
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(found.id))
    assert snapshot is not None
    assert list(snapshot.rows("gaps")) == []
    assert {row["account_id"] for row in snapshot.rows("access_keys")} == {HOUSE, PLATFORM}
    assert {row["account_id"] for row in snapshot.rows("last_accessed")} == {HOUSE, PLATFORM}


def test_what_the_management_role_lacks_is_named_where_its_account_is_not_read(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft(QUAY)
    body = older(commands.template(connection), "organizations:ListPolicies")
    found = connect(connection, deploy(connection, template=body), finish)
    assert found.deployment["found"] == {"0": 2}, "the members alone"
    (missing,) = found.deployment["missing"]
    assert (missing["action"], missing["accounts"]) == ("organizations:ListPolicies", 1)
    assert missing["collectors"] == ["organization_policies"]


def test_a_role_without_the_tag_is_of_an_unknown_version(
    house: tuple[Connection, Running, Deploy], finish: Finish, page: Client
) -> None:
    connection, _, deploy = house
    untagged = "\n".join(
        line for line in commands.template(connection).splitlines() if VERSION_TAG not in line
    )
    found = connect(connection, deploy(connection, 1, untagged), finish)
    assert found.deployment["found"] == {"unknown": 2}
    assert found.deployment["missing"] == []
    assert "Another template is deployed than this program" in text(page, found)
    assert "Nothing waits for the update." in text(page, found)


def test_the_update_line_is_one_that_a_shell_reads_as_it_was_meant(platform: Running) -> None:
    given = commands.template_input(draft(QUAY))
    odd = f"arn:aws:iam::{PLATFORM}:role/a b/o'clock+=,.@-$(touch x)"
    line = commands.update_line(replace(given, platform_principal_arn=odd, target_ids=(QUAY, DOCK)))
    assert lines.overrides(line) == {
        "ExternalId": given.external_id,
        "PlatformAccountId": PLATFORM,
        "PlatformPrincipalArn": odd,
        "TargetIds": f"{QUAY},{DOCK}",
    }
    assert shlex.split(line)[:3] == ["aws", "cloudformation", "deploy"]
    assert lines.option(line, "capabilities") == ["CAPABILITY_NAMED_IAM"]


def test_the_update_page_shows_the_same_values_as_its_line(quay: Connection, page: Client) -> None:
    shown = text(page, quay, "update/")
    values = lines.overrides(lines.printed(shown, "deploy"))
    table = dict(
        re.findall(r'<tr><td>(\w+)</td><td class="wide"><div class="copy"><code tabindex="0">(.*?)<', shown)
    )
    assert values == table
    assert values["TargetIds"] == QUAY


# --- more units, and fewer


def test_units_that_are_added_wait_for_the_stack_and_say_so(
    quay: Connection, platform: Running, finish: Finish, page: Client, api: Api, terminal: Terminal
) -> None:
    assert account(quay, DOCK_ONE).status == "not_targeted"
    given = {"name": "Harbour", "tags": "blue, green", "targets": f"{QUAY}\n{DOCK}"}
    answer = page.post(f"/setup/aws/{quay.id}/edit/", given, follow=True)
    assert answer.redirect_chain == [(f"/setup/aws/{quay.id}/update/", 302)]
    shown = answer.content.decode()
    assert f"Saved: added `{DOCK}`. It takes effect in AWS when the stack is updated." in lines.plain(shown)

    found = collected(commands.find(str(quay.id)), finish)
    assert (found.tags, found.coverage_connected, found.coverage_total) == (["blue", "green"], 2, 7)
    waiting = account(found, DOCK_ONE)
    assert (waiting.status, waiting.failure) == ("pending", "member_unit_added")
    assert "to be updated" in waiting.detail
    assert f"TargetIds={QUAY},{DOCK}" in waiting.causes[0]["fix"]
    assert waiting.causes[0]["fix"].startswith("update the stack")
    assert "Its unit was added, and the stack is not updated yet" in text(page, found, "accounts/")
    finish(commands.retry(found, DOCK_ONE))
    assert account(found, DOCK_ONE).failure == "member_unit_added", "until it is updated"

    lines.update(platform, HARBOUR, lines.printed(shown, "deploy"), commands.template(found))
    found = collected(found, finish)
    assert (account(found, DOCK_ONE).status, account(found, DOCK_ONE).failure) == ("connected", "")
    assert DOCK_ONE in users(found)

    status, told = api("PATCH", f"/aws/organizations/{found.id}", {"target_ids": [DOCK], "tags": ["red"]})
    assert (status, told["target_ids"], told["tags"]) == (200, [DOCK], ["red"])
    found = collected(found, finish)
    assert account(found, ONE).status == "not_targeted"
    assert users(found) == {DOCK_ONE, "420000000022"}, "what lies outside is no longer in the snapshot"
    assert (found.coverage_connected, found.coverage_total) == (2, 5)

    code, out, err = terminal("org", "edit", str(found.id), "--target", QUAY, "--name", "Quay", "--tag", "x")
    assert (code, f"TargetIds={QUAY}" in err) == (0, True)
    assert f"TARGETS          {QUAY}" in out or re.search(rf"TARGETS +{QUAY}", out)
    changed = commands.find("Quay")
    assert (changed.tags, changed.external_id) == (["x"], quay.external_id)


def test_an_account_that_moves_in_is_not_taken_for_one_of_a_new_unit(
    quay: Connection, platform: Running, finish: Finish
) -> None:
    organizations = platform.client("organizations", HARBOUR)
    move = {"AccountId": DOCK_ONE, "SourceParentId": DOCK, "DestinationParentId": QUAY}
    platform.hold_stacksets(hold=True)
    try:
        organizations.move_account(**move)
        found = collected(quay, finish)
        assert account(found, DOCK_ONE).failure == "member_pending"
    finally:
        platform.hold_stacksets(hold=False)
        organizations.move_account(AccountId=DOCK_ONE, SourceParentId=QUAY, DestinationParentId=DOCK)
