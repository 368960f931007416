"""The flow of `test_connecting.py` once more, against an emulator that is not ours.

Our simulated AWS was written beside the product and could be wrong in the same way. ministack was not: it checks
signatures, trust policies with their conditions, and identity policies by itself. What it lacks is named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from django.conf import settings

from cloud_entitlements.aws.checks import CHECKS_ORGANIZATION
from cloud_entitlements.aws.collectors import OF_ACCOUNT
from cloud_entitlements.aws.doctor import CREDENTIALS, examine
from cloud_entitlements.aws.sessions import AwsSessions, RoleToAssume, forget_platform_credentials
from cloud_entitlements.aws.template import ROLE_PATH
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.farewell import farewell_record
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.refusals import NotReady
from cloud_entitlements.work.models import Run

from .organization import Organization

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.independent]

Finish = Callable[[Run], Run]

LACKING = {
    # the emulator knows no IAM action of this name and answers `InvalidAction`; AWS has it since November 2024
    ("organization", "root_access"): "InvalidAction",
    # it has no Identity Center, and answers as a service that knows no JSON: the status is all that there is
    ("organization", "identity_center"): "400",
}
"""The only gaps of a run in which all goes well, by account and collector."""


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new role is known at once here."""
    monkeypatch.setattr("cloud_entitlements.aws.checks.PROPAGATION_SECONDS", 0)
    monkeypatch.setattr("cloud_entitlements.server.connections.collecting.PROPAGATION_SECONDS", 0)


@pytest.fixture
def draft(organization: Organization, transactional_db: None) -> Connection:
    return commands.add("organization", "Fjord", [organization.root_id])


@pytest.fixture
def connected(draft: Connection, organization: Organization, finish: Finish) -> Connection:
    run = finish(commands.connect(draft, organization.deploy(stack(draft), commands.template(draft))))
    assert run.state == "done", run.error
    return again(draft)


def stack(connection: Connection) -> str:
    return commands.template_names(connection).stack_name


def again(connection: Connection) -> Connection:
    return commands.find(str(connection.id))


def latest(connection: Connection) -> Snapshot:
    found = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    assert found is not None
    return found


def gaps(connection: Connection) -> dict[tuple[str, str], str]:
    return {(gap["account_id"], gap["of_collector"]): gap["code"] for gap in latest(connection).rows("gaps")}


def statuses(connection: Connection) -> dict[str, str]:
    return dict(connection.accounts.values_list("account_id", "status"))


def names(snapshot: Snapshot, table: str, account: str) -> set[str]:
    return {row["name"] for row in snapshot.rows(table, account_id=account)}


def test_an_organization_is_connected_and_its_snapshot_holds_what_is_there(
    connected: Connection, organization: Organization
) -> None:
    everyone = {"manager": organization.manager, **organization.members}
    assert {check.state for check in connected.checks.all()} == {"passed"}
    assert [check.code for check in connected.checks.all()] == [kind.code for kind in CHECKS_ORGANIZATION]
    assert (connected.status, connected.management_account_id) == ("connected", organization.manager)
    assert statuses(connected) == dict.fromkeys(everyone.values(), "connected")
    assert (connected.coverage_connected, connected.coverage_total) == (6, 6)
    assert connected.accounts.get(account_id=everyone["payments"]).unit_path == "Root / Production"
    assert connected.deployment["missing"] == []
    assert gaps(connected) == LACKING
    for name, account in everyone.items():
        _people_are_there(connected, name, account)
    _policy_above_is_there(latest(connected))


def _people_are_there(connection: Connection, name: str, account: str) -> None:
    snapshot, ours = latest(connection), commands.template_names(connection).role_name
    assert names(snapshot, "users", account) == {f"user-of-{name}"}
    assert names(snapshot, "roles", account) == {f"role-of-{name}", ours}
    # AWS lists attached policies of its own as well; the emulator holds none of them
    assert names(snapshot, "managed_policies", account) == {"ReadTables"}
    user = next(snapshot.rows("users", account_id=account))
    assert [policy["name"] for policy in user["inline"]] == ["inline"]
    assert user["attached"] == [f"arn:aws:iam::{account}:policy/ReadTables"]
    asked = snapshot.rows("last_accessed", account_id=account)
    everybody = {
        row["arn"] for table in ("users", "roles") for row in snapshot.rows(table, account_id=account)
    }
    assert {row["arn"] for row in asked} == everybody
    report = snapshot.rows("credential_report", account_id=account)
    assert {row["user"] for row in report} == {"<root_account>", f"user-of-{name}"}


def _policy_above_is_there(snapshot: Snapshot) -> None:
    policy = next(snapshot.rows("organization_policies", name="EuropeAlone"))
    unit = next(snapshot.rows("units", name="Production"))
    targets = snapshot.rows("organization_policy_targets", policy_id=policy["id"])
    assert [(row["target_id"], row["target_type"]) for row in targets] == [
        (unit["id"], "ORGANIZATIONAL_UNIT")
    ]


def test_another_external_id_is_refused(
    draft: Connection, organization: Organization, finish: Finish
) -> None:
    other = commands.template(draft).replace(draft.external_id, "x" * 43)
    assert finish(commands.connect(draft, organization.deploy(stack(draft), other))).state == "failed"
    check = again(draft).checks.get(code="role_assumed")
    assert (check.state, check.failure_code) == ("failed", "assume_refused")
    assert "is not authorized to perform: sts:AssumeRole" in check.message
    assert f"in account {organization.manager}" in check.causes[0]["text"]


def test_a_role_that_answers_without_an_external_id_is_refused(
    draft: Connection, organization: Organization, finish: Finish
) -> None:
    loose = commands.template(draft).replace("StringEquals: {sts:ExternalId: !Ref ExternalId}", "")
    finish(commands.connect(draft, organization.deploy(stack(draft), loose)))
    found = again(draft)
    assert found.status == "failed"
    assert found.checks.get(code="refused_without_external_id").failure_code == "trust_too_open"
    assert not (settings.SNAPSHOTS_DIR / str(draft.id)).exists()


def test_what_the_deployed_policy_leaves_out_is_denied_and_a_gap(
    draft: Connection, organization: Organization, finish: Finish
) -> None:
    """That there are no gaps otherwise means that the template's actions are enough, since they are enforced."""
    less = re.sub(r"\n +- iam:GetAccountPasswordPolicy .*", "", commands.template(draft))
    finish(commands.connect(draft, organization.deploy(stack(draft), less)))
    everyone = [organization.manager, *organization.members.values()]
    denied = {(account, "password_policy"): "not_allowed" for account in everyone}
    assert gaps(draft) == {**LACKING, **denied}
    assert [one["action"] for one in again(draft).deployment["missing"]] == ["iam:GetAccountPasswordPolicy"]


def test_the_roles_change_nothing(draft: Connection, organization: Organization) -> None:
    manager = organization.deploy(stack(draft), commands.template(draft))
    member = manager.replace(organization.manager, organization.members["trial"])
    for arn in (manager, member):
        iam = AwsSessions().assume(RoleToAssume(arn, draft.external_id)).client("iam")
        with pytest.raises(ClientError, match="no identity-based policy allows the iam:CreateUser action"):
            iam.create_user(UserName="intruder")
    organizations = AwsSessions().assume(RoleToAssume(manager, draft.external_id)).client("organizations")
    with pytest.raises(ClientError, match="is not authorized to perform: organizations:CloseAccount"):
        organizations.close_account(AccountId=organization.members["trial"])


def test_switched_off_makes_no_request_and_on_goes_on(
    connected: Connection, organization: Organization, finish: Finish
) -> None:
    before = organization.emulator.requests()
    commands.switch(connected, enabled=False)
    with pytest.raises(NotReady):
        commands.reprocess(connected)
    assert organization.emulator.requests() == before
    commands.switch(connected, enabled=True)
    assert finish(Run.objects.get(subject=str(connected.id), state="running")).state == "done"
    assert organization.emulator.requests() > before
    assert gaps(connected) == LACKING


def test_a_wrong_secret_is_told_as_bad_credentials_and_loses_nothing(
    connected: Connection, organization: Organization, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    forget_platform_credentials()
    told = next(iter(examine(AwsSessions(), None, None, ROLE_PATH)))
    assert told.failure is not None
    assert (told.code, told.failure.code) == (CREDENTIALS.code, "bad_credentials")
    finish(commands.reprocess(connected))
    found = again(connected)
    assert found.sync_failure is not None
    assert found.sync_failure["code"] == "bad_credentials"
    assert "SignatureDoesNotMatch" in found.sync_failure["message"]
    assert set(found.accounts.values_list("failure", flat=True)) == {"bad_credentials"}
    assert set(gaps(connected).values()) == {"bad_credentials"}
    assert names(latest(connected), "users", organization.manager) == {"user-of-manager"}


def test_accounts_that_do_not_answer_any_more_keep_their_last_values(
    connected: Connection, organization: Organization, finish: Finish
) -> None:
    trial, tools = organization.members["trial"], organization.members["tools"]
    organization.delete_stack(stack(connected), trial)
    organization.client("organizations", organization.manager).close_account(AccountId=tools)
    assert finish(commands.reprocess(connected)).state == "done"
    found = again(connected)
    assert (found.coverage_connected, found.coverage_total) == (4, 6)
    refused = found.accounts.get(account_id=trial)
    # in AWS, where the StackSet can be read, it may be told that the role is not deployed there
    assert (refused.status, refused.failure) == ("refused", "member_refused")
    # the emulator tells the old `Status` alone, AWS the new `State` beside it
    assert found.accounts.get(account_id=tools).status == "suspended"
    assert names(latest(connected), "users", trial) == {"user-of-trial"}
    assert names(latest(connected), "users", tools) == {"user-of-tools"}
    of_trial = list(latest(connected).rows("gaps", account_id=trial))
    assert {gap["of_collector"] for gap in of_trial} == {collector.name for collector in OF_ACCOUNT}
    assert all(gap["stale_since"] for gap in of_trial)


def test_after_the_stacks_are_deleted_no_role_answers_and_the_connection_is_removed(
    connected: Connection, organization: Organization, finish: Finish
) -> None:
    finish(commands.check_gone(connected))
    told = farewell_record(connected)
    assert told is not None
    assert (told["gone"], len(told["answering"])) == (0, 6)
    for account in [organization.manager, *organization.members.values()]:
        organization.delete_stack(stack(connected), account)
    assert finish(commands.check_gone(again(connected))).state == "done"
    told = farewell_record(connected)
    assert told is not None
    assert (told["state"], told["total"], told["gone"]) == ("done", 6, 6)
    assert told["answering"] == told["untold"] == []
    commands.remove(connected, "purge")
    assert not Connection.objects.exists()
    assert not (settings.SNAPSHOTS_DIR / str(connected.id)).exists()
