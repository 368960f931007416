"""The platform's identity is rotated: guided, and without losing a connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.test import Client

from cloud_entitlements.aws.sessions import AwsSessions, RoleToAssume, forget_platform_credentials
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.farewell import farewell_record
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running

from . import lines
from .trouble import (
    ALONE,
    HARBOUR,
    PLATFORM,
    QUAY,
    SEED,
    Finish,
    account,
    collected,
    connect,
    draft,
    users,
    why,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("impatient"),
]
ONE = "420000000011"
OLD = f"arn:aws:iam::{PLATFORM}:user/platform/cloud-entitlements"
NEW = f"arn:aws:iam::{PLATFORM}:role/platform/cloud-entitlements-server"
Api = Callable[..., tuple[int, Any]]
Terminal = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (f"arn:aws:sts::{PLATFORM}:assumed-role/x/y", "a session, which has lost its role"),
        ("not an arn", "no ARN of a role or a user"),
        (f"arn:aws-cn:iam::{PLATFORM}:role/x", "t is in the partition `aws-cn`"),
        (
            f"arn:aws:iam::{PLATFORM}:role/aws-reserved/sso/AWSReservedSSO_Admin_0123456789abcdef",
            "own sign-in",
        ),
    ],
    ids=["a session", "no ARN", "another partition", "a person"],
)
def test_an_identity_that_cannot_be_trusted_is_refused(
    platform: Running, page: Client, api: Api, terminal: Terminal, arn: str, said: str
) -> None:
    commands.template_input(draft(QUAY))
    answer = page.post("/administration/platform/", {"arn": arn})
    assert answer.status_code == 422
    assert said in lines.plain(answer.content.decode())
    status, problem = api("PUT", "/aws/platform", {"arn": arn})
    assert (status, said in json.dumps(problem)) == (409 if "own sign-in" in said else 422, True)
    code, _, err = terminal("platform", "rotate", arn)
    assert (code, said in err) == (1, True)
    assert api("GET", "/aws/platform")[1]["arn"] == OLD


def test_an_identity_is_announced_and_the_line_of_each_stack_shown(
    quay: Connection, page: Client, api: Api, terminal: Terminal
) -> None:
    code, _, err = terminal("platform", "rotate", NEW)
    assert (code, "nothing is lost in between" in err) == (0, True)
    status, told = api("PUT", "/aws/platform", {"arn": OLD})
    assert (status, told["connections"][0]["state"]) == (200, "trusts it"), "the way back is the same"
    answer = page.post("/administration/platform/", {"arn": f" {NEW}\n"}, follow=True)
    assert f"Templates trust `{NEW}` from now on." in lines.plain(answer.content.decode())
    shown = page.get("/administration/platform/").content.decode()
    assert NEW in shown
    assert "another" in shown, "who calls now is still the one before"
    values = lines.overrides(lines.printed(shown, "deploy"))
    assert values == {"PlatformAccountId": PLATFORM, "PlatformPrincipalArn": NEW}, "what changes, and no more"
    _, told = api("GET", "/aws/platform")
    assert (told["arn"], told["previous_arn"]) == (NEW, OLD)
    (one,) = told["connections"]
    assert (one["name"], one["state"], one["trusts"]) == ("Harbour", "trusts another", [OLD])
    code, out, err = terminal("platform", "show")
    assert (code, OLD in out, one["update"] in err) == (0, True, True)
    assert NEW in commands.template(quay)


@pytest.fixture
def calls_as(platform: Running, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """The program is started with the credentials of another identity."""
    known = {OLD: dict(platform.told["platform"])}

    def start(arn: str) -> None:
        for name, value in platform.environment(known[OLD]).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        forget_platform_credentials()
        if arn == OLD:
            return
        got = AwsSessions().platform().client("sts").assume_role(RoleArn=arn, RoleSessionName="server")
        key = got["Credentials"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        monkeypatch.setenv("AWS_SESSION_TOKEN", key["SessionToken"])
        forget_platform_credentials()

    return start


def test_the_identity_is_rotated_and_no_connection_is_lost(
    quay: Connection,
    platform: Running,
    finish: Finish,
    api: Api,
    calls_as: Callable[[str], None],
) -> None:
    single = commands.add("account", "Alone", [ALONE])
    stack = commands.template_names(single).stack_name
    role = platform.deploy(ALONE, stack, commands.template(single))["RoleArn"]
    single = connect(single, role, finish)
    ids = (quay.external_id, single.external_id)

    # announced: the old identity goes on with stacks that trust it
    commands.rotate(NEW)
    for connection in (quay, single):
        Connection.objects.filter(id=connection.id).update(proven_at=None)  # the daily test falls in between
        assert collected(connection, finish).sync_failure is None
    assert (quay.coverage_connected, account(single, ALONE).status) == (2, "connected")

    # one stack is updated: what it refuses to the old identity explains itself
    update = {one["id"]: one["update"] for one in api("GET", "/aws/platform")[1]["connections"]}
    lines.update(platform, ALONE, update[str(single.id)], commands.template(single))
    single = collected(single, finish)
    row = account(single, ALONE)
    assert (row.status, row.failure) == ("refused", "rotation_halfway")
    assert f"start this program with the credentials of `{NEW}`" in row.causes[0]["fix"]
    assert users(single) == {ALONE}, "what was collected is kept"

    # started as the new identity: the stack that was not updated says so
    calls_as(NEW)
    single = collected(single, finish)
    assert account(single, ALONE).status == "connected"
    quay = collected(quay, finish)
    assert quay.status == "connected"
    assert why(quay)["code"] == "assume_refused"
    assert "the platform's identity changed" in why(quay)["causes"][0]["text"]
    row = account(quay, ONE)
    assert (row.status, row.failure) == ("refused", "member_trusts_another")
    assert OLD in row.causes[0]["text"]
    assert f"PlatformPrincipalArn={NEW}" in row.causes[0]["fix"]
    assert ONE in users(quay), "what was collected is kept"
    finish(commands.check_gone(quay))
    told = farewell_record(quay)
    assert told is not None
    assert told["gone"] == 0, "that it refuses a stranger does not mean that a role is gone"
    assert OLD in told["untold"][0]["detail"]

    # all is updated: all answer
    lines.update(platform, HARBOUR, update[str(quay.id)], commands.template(quay))
    quay = collected(quay, finish)
    assert (quay.sync_failure, quay.coverage_connected) == (None, 2)
    states = {
        one["name"]: (one["state"], one["update"]) for one in api("GET", "/aws/platform")[1]["connections"]
    }
    assert states == {"Harbour": ("trusts it", ""), "Alone": ("trusts it", "")}
    assert (quay.external_id, commands.find("Alone").external_id) == ids

    # the old identity is refused, and that is explained as well
    calls_as(OLD)
    with pytest.raises(ClientError, match="AccessDenied"):
        AwsSessions().assume(RoleToAssume(quay.role_arn, quay.external_id))
    quay = collected(quay, finish)
    assert why(quay)["code"] == "rotation_halfway"
    assert account(quay, ONE).failure == "rotation_halfway"
    platform.client("cloudformation", ALONE).delete_stack(StackName=stack)
