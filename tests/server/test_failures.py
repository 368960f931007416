"""Every kind of failure, provoked over HTTP: its code, its likeliest cause, and that the way back works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.utils import timezone

from cloud_entitlements.aws.checks import check_right_account
from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.aws.platform import PlatformIdentity
from cloud_entitlements.aws.sessions import AwsSessions, RoleToAssume
from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections import platform as identity
from cloud_entitlements.server.connections.models import Connection, StoredPlatformIdentity
from cloud_entitlements.simulator import process
from cloud_entitlements.simulator.process import Running

from .trouble import (
    ALONE,
    BILLING,
    HARBOUR,
    HOUSE,
    PLATFORM,
    QUAY,
    SEED,
    Deploy,
    Finish,
    account,
    connect,
    draft,
    failed,
    made_by_hand,
    trust,
    why,
    without_stackset,
)

# On SQLite alone: what AWS answers, and what is said of it, is the same to either database; state is `test_connecting`'s.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("impatient")]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with process.running(SEED) as running:
        yield running


@pytest.fixture
def harbour(platform: Running, deploy: Deploy, finish: Finish) -> Connection:
    connection = draft()
    found = connect(connection, deploy(connection), finish)
    assert found.status == "connected", [check.message for check in found.checks.all()]
    return found


def causes(check: Any) -> list[str]:
    assert check.failure_code in KINDS if hasattr(check, "failure_code") else check.failure in KINDS
    assert all(cause["fix"] for cause in check.causes)
    return [cause["text"] for cause in check.causes]


# --- the platform


def test_another_identity_than_the_stored_one(platform: Running, deploy: Deploy, finish: Finish) -> None:
    other = f"arn:aws:iam::{PLATFORM}:user/platform/another"
    identity.store(PlatformIdentity(PLATFORM, other, "aws", "user"))
    connection = draft()
    check = failed(connect(connection, deploy(connection), finish))
    assert check.failure_code == "other_principal"
    assert other in causes(check)[0]
    assert "user/platform/cloud-entitlements" in causes(check)[0]


def test_a_platform_that_may_not_assume(platform: Running, deploy: Deploy, finish: Finish) -> None:
    connection = draft()
    arn = deploy(connection)
    iam = platform.inside("iam", HOUSE, PLATFORM)
    kept = iam.get_user_policy(UserName="cloud-entitlements", PolicyName="platform")["PolicyDocument"]
    nothing = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}],
    }
    try:
        iam.put_user_policy(
            UserName="cloud-entitlements", PolicyName="platform", PolicyDocument=json.dumps(nothing)
        )
        check = failed(connect(connection, arn, finish))
        assert check.failure_code == "platform_may_not_assume"
        assert "ciem doctor" in check.causes[0]["fix"]
    finally:
        iam.put_user_policy(
            UserName="cloud-entitlements", PolicyName="platform", PolicyDocument=json.dumps(kept)
        )
    assert connect(connection, arn, finish).status == "connected", "the same RoleArn, once it is mended"


def test_a_service_control_policy_on_the_platforms_own_account(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft()
    arn = deploy(connection)
    organizations = platform.client("organizations", HOUSE)
    deny = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}],
    }
    policy = organizations.create_policy(
        Name="NoRoles", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(deny)
    )
    attached = {"PolicyId": policy["Policy"]["PolicySummary"]["Id"], "TargetId": PLATFORM}
    organizations.attach_policy(**attached)
    try:
        check = failed(connect(connection, arn, finish))
    finally:
        organizations.detach_policy(**attached)
        organizations.delete_policy(PolicyId=attached["PolicyId"])
    assert check.failure_code == "platform_denied_by_scp"
    assert PLATFORM in causes(check)[0]
    assert '"aws:PrincipalArn"' in check.causes[0]["fix"]


@pytest.mark.parametrize(("fault", "code"), [("expire", "expired"), ("skew", "clock")])
def test_credentials_that_ran_out_and_a_clock_that_is_wrong(
    platform: Running, deploy: Deploy, finish: Finish, fault: str, code: str
) -> None:
    connection = draft()
    arn = deploy(connection)
    platform.fail({"kind": fault, "operation": "AssumeRole"})
    try:
        check = failed(connect(connection, arn, finish))
    finally:
        platform.fail()
    assert check.failure_code == code
    assert causes(check)


# --- the role: one AccessDenied, narrowed


def test_a_role_that_is_missing(platform: Running, finish: Finish) -> None:
    connection = draft()
    names = commands.template_names(connection)
    arn = f"arn:aws:iam::{HARBOUR}:role{names.role_path}{names.role_name}"
    check = failed(connect(connection, arn, finish))
    assert check.failure_code == "assume_refused"
    assert "there is no role" in causes(check)[0]
    assert names.stack_name in check.causes[0]["fix"]
    assert not [text for text in causes(check) if "resource control policy" in text], (
        "resource control policies don't hold for the management account"
    )


def test_the_role_of_another_connection(platform: Running, deploy: Deploy, finish: Finish) -> None:
    other = draft(QUAY, "The quay")
    check = failed(connect(draft("ou-harb-20000000", "The dock"), deploy(other), finish))
    assert check.failure_code == "assume_refused"
    assert "another connection" in causes(check)[0]
    assert "`The quay`" in check.causes[0]["tell"]


def test_the_path_left_out(platform: Running, deploy: Deploy, finish: Finish) -> None:
    connection = draft()
    arn = deploy(connection).replace("role/cloud-entitlements/", "role/")
    check = failed(connect(connection, arn, finish))
    assert "mistyped" in causes(check)[0]
    assert "/cloud-entitlements/" in check.causes[0]["tell"]


def test_an_identity_that_changed_after_the_template_was_downloaded(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft()
    commands.template(connection)
    right = identity.require()
    StoredPlatformIdentity.objects.update(arn=f"arn:aws:iam::{PLATFORM}:user/platform/before")
    arn = deploy(commands.find(str(connection.id)))
    identity.store(right)
    check = failed(connect(commands.find(str(connection.id)), arn, finish))
    assert check.failure_code == "assume_refused"
    assert "another principal" in causes(check)[0]
    assert "identity was changed" in check.causes[0]["tell"]


def test_a_stack_that_was_deleted_after_it_worked(
    harbour: Connection, platform: Running, finish: Finish
) -> None:
    stack = commands.template_names(harbour).stack_name
    platform.client("cloudformation", HARBOUR).delete_stack(StackName=stack)
    run = finish(commands.reprocess(harbour))
    found = commands.find(str(harbour.id))
    assert run.state == "done", "what was collected is kept, and the accounts are tried all the same"
    assert found.status == "connected"
    assert why(found)["code"] == "assume_refused"
    assert "it answered until" in why(found)["causes"][0]["tell"]
    assert found.coverage_connected == 0


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ({}, "refused_without_external_id"),
        ({"StringLike": {"sts:ExternalId": "*"}}, "refused_with_wrong_external_id"),
    ],
    ids=["none asked for", "any will do"],
)
def test_a_trust_that_is_too_open_keeps_nothing(
    platform: Running, deploy: Deploy, finish: Finish, condition: dict[str, Any], line: str
) -> None:
    connection = draft()
    arn = deploy(connection)
    name = arn.rpartition("/")[2]
    loose = trust(identity.require().arn, **condition)
    platform.client("iam", HARBOUR).update_assume_role_policy(RoleName=name, PolicyDocument=loose)
    found = connect(connection, arn, finish)
    check = failed(found)
    assert (check.code, check.failure_code) == (line, "trust_too_open")
    assert "cloudformation deploy" in check.causes[0]["fix"]
    assert found.proven_at is None
    assert not found.accounts.exists()


def test_a_refusal_that_aws_does_not_answer_is_not_proven(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft()
    arn = deploy(connection)
    platform.fail({"kind": "throttle", "operation": "AssumeRole", "after": 1})
    try:
        found = connect(connection, arn, finish)
    finally:
        platform.fail()
    check = failed(found)
    assert (check.code, check.failure_code) == ("refused_without_external_id", "throttled")
    assert "not proven" in check.detail
    assert connect(found, arn, finish).status == "connected"


# --- the organization


def test_a_stack_in_a_member_account(platform: Running, finish: Finish) -> None:
    connection = draft()
    cloudformation = platform.inside("cloudformation", HARBOUR, "420000000011")
    stack = commands.template_names(connection).stack_name
    body = without_stackset(commands.template(connection))
    cloudformation.create_stack(StackName=stack, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    try:
        outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        arn = next(one["OutputValue"] for one in outputs if one["OutputKey"] == "RoleArn")
        check = failed(connect(connection, arn, finish))
    finally:
        cloudformation.delete_stack(StackName=stack)
    assert check.failure_code == "not_management_account"
    assert HARBOUR in check.causes[0]["fix"]


@pytest.mark.parametrize(
    ("manager", "target", "code"),
    [(ALONE, "r-none", "not_in_organization"), (BILLING, "r-bill", "features_off")],
)
def test_an_account_without_the_organization_that_is_needed(
    platform: Running, finish: Finish, manager: str, target: str, code: str
) -> None:
    connection = draft(target, "Elsewhere")
    arn = made_by_hand(platform, manager, connection, without_stackset(commands.template(connection)))
    check = failed(connect(connection, arn, finish))
    assert check.failure_code == code
    assert causes(check)


def test_the_template_of_an_account_may_not_read_the_organization(platform: Running, finish: Finish) -> None:
    single = commands.add("account", "Harbour alone", [HARBOUR])
    arn = made_by_hand(platform, HARBOUR, single, commands.template(single))
    connection = draft()
    Connection.objects.filter(id=connection.id).update(external_id="y" * 43)
    Connection.objects.filter(id=single.id).update(external_id="z" * 43)
    Connection.objects.filter(id=connection.id).update(external_id=single.external_id)
    check = failed(connect(commands.find(str(connection.id)), arn, finish))
    assert check.failure_code == "organizations_denied"
    assert "template of an Account" in causes(check)[0]
    assert "TargetIds=r-harb" in check.causes[0]["fix"]
    platform.client("cloudformation", HARBOUR).delete_stack(
        StackName=commands.template_names(single).stack_name
    )


def test_an_id_of_another_organization(platform: Running, finish: Finish) -> None:
    connection = draft("r-zzzz", "Typed wrong")
    arn = made_by_hand(platform, HARBOUR, connection, without_stackset(commands.template(connection)))
    check = failed(connect(connection, arn, finish))
    assert check.failure_code == "target_not_found"
    assert "`r-harb`" in check.causes[0]["fix"]


def test_another_organization_than_before(harbour: Connection, finish: Finish) -> None:
    Connection.objects.update(organization_id="o-elsewhere01")
    finish(commands.reprocess(commands.find(str(harbour.id))))
    found = commands.find(str(harbour.id))
    assert why(found)["code"] == "other_organization"
    assert found.organization_id == "o-elsewhere01"
    check = failed(connect(found, harbour.role_arn, finish))
    assert check.failure_code == "other_organization"


# --- members


def test_members_that_wait_for_the_stackset(platform: Running, deploy: Deploy, finish: Finish) -> None:
    connection = draft(QUAY)
    platform.hold_stacksets(hold=True)
    try:
        found = connect(connection, deploy(connection), finish)
        waiting = account(found, "420000000011")
        assert (found.status, waiting.status, waiting.failure) == ("connected", "pending", "member_pending")
    finally:
        platform.hold_stacksets(hold=False)
    finish(commands.retry(found))
    assert account(found, "420000000011").status == "connected"


def test_a_member_that_the_stackset_does_not_know(platform: Running, deploy: Deploy, finish: Finish) -> None:
    connection = draft(QUAY)
    body = commands.template(connection).replace(
        "AutoDeployment: {Enabled: true", "AutoDeployment: {Enabled: false"
    )
    found = connect(connection, deploy(connection, template=body), finish)
    late = platform.join(HARBOUR, "late", "Quay")
    finish(commands.reprocess(found))
    row = account(found, late)
    assert (row.status, row.failure) == ("pending", "member_role_missing")
    assert late in row.causes[1]["fix"]
    platform.client("organizations", HARBOUR).remove_account_from_organization(AccountId=late)
    finish(commands.reprocess(found))
    row.refresh_from_db()
    assert (row.status, row.failure) == ("left", "member_left")


def test_a_role_that_is_left_over(platform: Running, deploy: Deploy, finish: Finish) -> None:
    connection = draft(QUAY)
    names = commands.template_names(connection)
    iam = platform.inside("iam", HARBOUR, "420000000012")
    policy = trust(identity.require().arn)
    iam.create_role(RoleName=names.role_name, AssumeRolePolicyDocument=policy)
    try:
        found = connect(connection, deploy(connection), finish)
    finally:
        iam.delete_role(RoleName=names.role_name)
    row = account(found, "420000000012")
    assert (row.status, row.failure) == ("refused", "member_role_left_over")
    assert f"delete-role --role-name {names.role_name}" in row.causes[0]["fix"]
    assert account(found, "420000000011").status == "connected", "that account alone"


def test_a_deployment_that_failed_has_aws_own_reason(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft(QUAY)
    iam = platform.client("iam", HARBOUR)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    boundary = iam.create_policy(PolicyName="bound", PolicyDocument=json.dumps(everything))["Policy"]["Arn"]
    body = commands.template(connection).replace(
        'empty for none."\n    Default: ""', f'empty for none."\n    Default: "{boundary}"'
    )
    try:
        found = connect(connection, deploy(connection, template=body), finish)
    finally:
        platform.client("cloudformation", HARBOUR).delete_stack(
            StackName=commands.template_names(connection).stack_name
        )
        iam.delete_policy(PolicyArn=boundary)
    row = account(found, "420000000011")
    assert (row.status, row.failure) == ("refused", "member_deployment_failed")
    assert "does not exist or is not attachable" in row.detail


def test_a_role_that_was_changed_after_the_deployment(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft(QUAY)
    arn = deploy(connection)
    other = trust(f"arn:aws:iam::{HOUSE}:user/x")
    iam = platform.inside("iam", HARBOUR, "420000000011")
    iam.update_assume_role_policy(RoleName=arn.rpartition("/")[2], PolicyDocument=other)
    row = account(connect(connection, arn, finish), "420000000011")
    assert (row.status, row.failure) == ("refused", "member_refused")
    assert "changed or deleted" in row.causes[0]["text"]


def test_a_member_whose_trust_is_too_open_is_the_only_one_left_out(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft(QUAY)
    arn = deploy(connection)
    name = arn.rpartition("/")[2]
    iam = platform.inside("iam", HARBOUR, "420000000011")
    right = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(identity.require().arn))
    found = connect(connection, arn, finish)
    row = account(found, "420000000011")
    assert (row.status, row.failure, row.collected_at) == ("too_open", "trust_too_open", None)
    assert account(found, "420000000012").status == "connected"
    finish(commands.reprocess(found))
    row.refresh_from_db()
    assert row.status == "too_open", "it is not read by the next run either"
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(right))
    finish(commands.retry(found, "420000000011"))
    row.refresh_from_db()
    assert (row.status, row.failure) == ("connected", "")


def test_a_perimeter_is_named_with_the_line_that_excepts_the_platform(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft()
    found = connect(connection, deploy(connection), finish)
    row = account(found, "420000000031")
    assert (row.status, row.failure) == ("denied", "member_denied_by_rcp")
    assert "`OnlyUs`" in row.causes[0]["text"]
    assert "`Strangers`" in row.causes[0]["text"]
    assert f'"aws:PrincipalAccount": "{PLATFORM}"' in row.causes[0]["fix"]
    assert "resource control policy" not in row.detail, (
        "AWS tells a stranger nothing; it was read in the policies"
    )
    assert account(found, "420000000021").status == "connected"


def test_what_the_organization_says_of_its_accounts(harbour: Connection) -> None:
    states = {
        number: (row.status, row.failure)
        for number in (41, 42, 43, 44)
        for row in [account(harbour, f"4200000000{number}")]
    }
    assert states == {
        41: ("suspended", "member_suspended"),
        42: ("suspended", "member_suspended"),
        43: ("closed", "member_closed"),
        44: ("pending", "member_activating"),
    }
    assert (harbour.coverage_connected, harbour.coverage_total) == (5, 10)


@pytest.fixture
def scp(platform: Running) -> Iterator[Callable[[str, str, str], None]]:
    """Denies actions to a unit or account until the test has ended."""
    organizations, made = platform.client("organizations", HARBOUR), []

    def _deny(name: str, actions: str, target: str) -> None:
        statement = {"Sid": "NotHere", "Effect": "Deny", "Action": actions, "Resource": "*"}
        content = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        policy = organizations.create_policy(
            Name=name, Description="", Type="SERVICE_CONTROL_POLICY", Content=content
        )
        attached = {"PolicyId": policy["Policy"]["PolicySummary"]["Id"], "TargetId": target}
        organizations.attach_policy(**attached)
        made.append(attached)

    yield _deny
    for attached in made:
        organizations.detach_policy(**attached)
        organizations.delete_policy(PolicyId=attached["PolicyId"])


def test_stacksets_that_may_not_make_the_role(
    platform: Running, deploy: Deploy, finish: Finish, scp: Callable[[str, str, str], None]
) -> None:
    connection = draft(QUAY)
    scp("NoNewRoles", "iam:CreateRole", "420000000011")
    row = account(connect(connection, deploy(connection), finish), "420000000011")
    assert (row.status, row.failure) == ("refused", "member_deployment_denied")
    assert "stacksets-exec-*" in row.causes[0]["fix"]


def test_a_service_control_policy_that_denies_reading_is_named(
    platform: Running, deploy: Deploy, finish: Finish, scp: Callable[[str, str, str], None]
) -> None:
    connection = draft(QUAY)
    arn = deploy(connection)
    scp("IamIsNobodysBusiness", "iam:*", "420000000011")
    found = connect(connection, arn, finish)
    row = account(found, "420000000011")
    assert (row.status, row.failure) == ("denied", "member_denied_by_scp")
    assert "`IamIsNobodysBusiness`" in row.causes[0]["text"]
    assert arn.rpartition("/")[2] in row.causes[0]["fix"]
    assert account(found, "420000000012").status == "connected"


def test_a_role_whose_policy_is_gone(platform: Running, deploy: Deploy, finish: Finish) -> None:
    connection = draft(QUAY)
    arn = deploy(connection)
    iam = platform.inside("iam", HARBOUR, "420000000011")
    iam.delete_role_policy(RoleName=arn.rpartition("/")[2], PolicyName="read-entitlements")
    row = account(connect(connection, arn, finish), "420000000011")
    assert (row.status, row.failure) == ("denied", "member_denied")


def test_a_member_whose_refusals_aws_does_not_answer(
    platform: Running, deploy: Deploy, finish: Finish, hasty: None
) -> None:
    connection = draft(QUAY)
    arn = deploy(connection)
    platform.fail({"kind": "throttle", "operation": "AssumeRole", "account": "420000000011", "after": 1})
    try:
        found = connect(connection, arn, finish)
    finally:
        platform.fail()
    row = account(found, "420000000011")
    assert (row.status, row.failure, row.proven_at) == ("failed", "member_not_proven", None)


def test_a_role_of_another_account_is_not_taken_for_the_one_named(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    connection = draft(QUAY)
    arn = deploy(connection)
    session = AwsSessions().assume(RoleToAssume(arn, connection.external_id))
    result = check_right_account(session, ALONE)
    assert result.failure is not None
    assert result.failure.code == "other_account"
    assert ALONE in result.failure.causes[0].fix


# --- the stack: what the simulated console says, pasted


def pasted(platform: Running, manager: str, stack: str) -> str:
    events = platform.client("cloudformation", manager).describe_stack_events(StackName=stack)
    return json.dumps(events, default=str)


def test_errors_of_real_stacks_are_named(platform: Running) -> None:
    connection = draft("r-bill", "Billing")
    stack, body = commands.template_names(connection).stack_name, commands.template(connection)
    cloudformation = platform.client("cloudformation", BILLING)
    with pytest.raises(ClientError) as without:
        cloudformation.create_stack(StackName=stack, TemplateBody=body)
    told = commands.diagnose_stack(connection, str(without.value))
    assert told[0]["code"] == "stack_without_capability"
    assert platform.deploy(BILLING, stack, body) == {}
    told = commands.diagnose_stack(connection, pasted(platform, BILLING, stack))
    assert [one["code"] for one in told] == ["stack_trusted_access_off"]
    assert "activate-organizations-access" in told[0]["causes"][0]["fix"]
    cloudformation.delete_stack(StackName=stack)


def test_a_stack_in_a_member_account_says_so(platform: Running) -> None:
    connection = draft()
    stack = commands.template_names(connection).stack_name
    cloudformation = platform.inside("cloudformation", HARBOUR, "420000000011")
    cloudformation.create_stack(
        StackName=stack,
        TemplateBody=commands.template(connection),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    events = json.dumps(cloudformation.describe_stack_events(StackName=stack), default=str)
    cloudformation.delete_stack(StackName=stack)
    assert commands.diagnose_stack(connection, events)[0]["code"] == "stack_in_member_account"


def test_a_role_name_that_is_taken_and_an_action_that_is_denied(
    platform: Running, scp: Callable[[str, str, str], None]
) -> None:
    single = commands.add("account", "Quay one", ["420000000011"])
    stack, names = commands.template_names(single).stack_name, commands.template_names(single)
    cloudformation = platform.inside("cloudformation", HARBOUR, "420000000011")
    iam = platform.inside("iam", HARBOUR, "420000000011")
    iam.create_role(RoleName=names.role_name, AssumeRolePolicyDocument=trust(identity.require().arn))

    def create() -> str:
        body, named = commands.template(single), ["CAPABILITY_NAMED_IAM"]
        cloudformation.create_stack(StackName=stack, TemplateBody=body, Capabilities=named)
        events = json.dumps(cloudformation.describe_stack_events(StackName=stack), default=str)
        cloudformation.delete_stack(StackName=stack)
        return str(commands.diagnose_stack(single, events)[0]["code"])

    assert create() == "stack_role_exists"
    iam.delete_role(RoleName=names.role_name)
    scp("NoNewRoles", "iam:CreateRole", "420000000011")
    assert create() == "stack_denied_by_scp"


# --- the daily test


def test_a_trust_that_loosened_is_critical_and_stays_so_until_it_is_mended(
    harbour: Connection, platform: Running, finish: Finish
) -> None:
    name = harbour.role_arn.rpartition("/")[2]
    iam = platform.client("iam", HARBOUR)
    right = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(identity.require().arn))
    Connection.objects.update(proven_at=timezone.now() - timedelta(hours=25))
    for _ in range(2):
        finish(commands.reprocess(commands.find(str(harbour.id))))
        found = commands.find(str(harbour.id))
        assert why(found)["code"] == "trust_too_open"
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(right))
    finish(commands.reprocess(found))
    assert commands.find(str(harbour.id)).sync_failure is None
