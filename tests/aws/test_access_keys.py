"""The collector of access keys by itself, over HTTP: keys and users that go while they are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloud_entitlements.aws.collecting import Row, Scope
from cloud_entitlements.aws.collectors import access_keys
from cloud_entitlements.aws.sessions import (
    AwsSession,
    AwsSessions,
    RoleToAssume,
    forget_platform_credentials,
)
from cloud_entitlements.inventory import Gap
from cloud_entitlements.simulator.process import Running

MANAGER, MEMBER, SANDBOX = "210000000001", "210000000031", "210000000062"
NOW = datetime.now(UTC)
ROLE = RoleToAssume(f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole", None)


@pytest.fixture(autouse=True)
def administrator(simulator: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in simulator.environment(simulator.told["operators"][MANAGER]).items():
        monkeypatch.setenv(name, value)
    forget_platform_credentials()
    yield
    forget_platform_credentials()


def keys(session: AwsSession, scope: Scope) -> list[Mapping[str, Any]]:
    found = list(access_keys.collect(session, scope))
    assert [one for one in found if isinstance(one, Gap)] == []
    return [one[1] for one in found if not isinstance(one, Gap)]


def asked(simulator: Running, since: int) -> int:
    return sum(call["operation"] == "ListAccessKeys" for call in simulator.calls(since))


def user(name: str) -> Row:
    return "users", {"arn": f"arn:aws:iam::{MEMBER}:user/{name}", "name": name}


def reported(name: str, *, made: datetime = NOW, **columns: str) -> Row:
    row = {"user": name, "arn": f"arn:aws:iam::{MEMBER}:user/{name}", "columns": columns}
    return "credential_report", {**row, "generated_at": made.isoformat()}


def test_a_key_that_goes_between_two_calls_costs_the_user_no_other(simulator: Running) -> None:
    iam = simulator.inside("iam", MANAGER, SANDBOX)
    iam.create_user(UserName="rotating")
    doomed, kept = (iam.create_access_key(UserName="rotating")["AccessKey"]["AccessKeyId"] for _ in range(2))
    gone: list[str] = []

    def rotate(_service: str, operation: str) -> None:
        if operation == "GetAccessKeyLastUsed" and not gone:
            iam.delete_access_key(UserName="rotating", AccessKeyId=doomed)
            gone.append(doomed)

    role = RoleToAssume(ROLE.arn.replace(MEMBER, SANDBOX), None)
    session = AwsSession(AwsSessions().assume(role).botocore_session, "us-east-1", recorder=rotate)
    users = [
        ("users", {"arn": f"arn:aws:iam::{SANDBOX}:user/{name}", "name": name})
        for name in ("rotating", "gone")
    ]
    try:
        found = keys(session, Scope(SANDBOX, "aws", known=lambda *_: users))
        assert ([row["id"] for row in found], gone) == ([kept], [doomed])
    finally:
        iam.delete_access_key(UserName="rotating", AccessKeyId=kept)
        iam.delete_user(UserName="rotating")


@pytest.mark.parametrize(
    ("known", "calls"),
    [
        ([user("deploy-bot"), user("ci-legacy")], 2),
        ([user("deploy-bot"), reported("deploy-bot", access_key_1_active="true")], 1),
        (
            [
                user("deploy-bot"),
                reported("deploy-bot", access_key_2_last_rotated="2021-01-01T00:00:00+00:00"),
            ],
            1,
        ),
        ([user("deploy-bot"), reported("deploy-bot", access_key_1_active="FALSE")], 0),
        ([user("deploy-bot"), reported("other", access_key_1_last_rotated="N/A")], 1),
        ([reported("deploy-bot", access_key_1_active="true")], 1),
        ([user("deploy-bot"), reported("deploy-bot", made=NOW - timedelta(hours=9))], 1),
        ([reported(":root", access_key_1_active="true")], 0),
    ],
    ids=[
        "no report",
        "an active key",
        "an inactive one",
        "none",
        "made since the report",
        "made since the users were read",
        "an old report",
        "root alone",
    ],
)
def test_the_credential_report_tells_whom_to_ask(
    simulator: Running, known: Iterable[Row], calls: int
) -> None:
    session = AwsSessions().assume(ROLE)
    since = simulator.calls()[-1]["n"]
    keys(session, Scope(MEMBER, "aws", at=NOW, known=lambda *_: known))
    assert asked(simulator, since) == calls
    called = {call["operation"] for call in simulator.calls(since)}
    assert "GetAccountAuthorizationDetails" not in called


def test_who_had_a_key_is_asked_though_the_report_shows_none(simulator: Running) -> None:
    """The report may be older than the key."""
    session = AwsSessions().assume(ROLE)
    bot = f"arn:aws:iam::{MEMBER}:user/deploy-bot"
    row = {"id": "AKIAOLD", "user_arn": bot, "user_name": "deploy-bot"}
    old = [{**row, "asked_at": (NOW - timedelta(hours=5)).isoformat()}]
    known = [user("deploy-bot"), reported("deploy-bot", access_key_1_active="false")]
    scope = Scope(MEMBER, "aws", at=NOW, before=lambda _table, *_: old, known=lambda *_: known)
    (found,) = keys(session, scope)
    assert (found["user_arn"], found["last_used_service"]) == (bot, "lambda")
    assert found["id"] != "AKIAOLD"
