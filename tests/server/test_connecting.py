from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from cloud_entitlements.aws.members import enter
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections import commands, records, schedule
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.refusals import Invalid, NotReady, Taken
from cloud_entitlements.server.folders import index_folder
from cloud_entitlements.simulator.process import Running
from cloud_entitlements.work.models import Run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

Deploy = Callable[..., str]
Finish = Callable[[Run], Run]


def states(connection: Connection) -> dict[str, str]:
    return {check.code: check.state for check in connection.checks.all()}


def test_an_organization_is_connected_with_all_accounts_but_the_suspended_one(
    connected_whole: Connection,
) -> None:
    assert connected_whole.status == "connected"
    assert connected_whole.organization_id == "o-larkspur01"
    assert connected_whole.management_account_id == "210000000001"
    assert (connected_whole.coverage_total, connected_whole.coverage_connected) == (24, 23)
    assert set(states(connected_whole).values()) == {"passed"}
    assert connected_whole.accounts.get(account_id="210000000071").status == "suspended"
    assert (
        connected_whole.accounts.get(account_id="210000000031").unit_path
        == "Root / Workloads / Production / Payments"
    )


def test_the_snapshot_holds_the_management_account_and_the_policies_above(
    connected_whole: Connection,
) -> None:
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connected_whole.id))
    assert snapshot is not None
    assert {row["name"] for row in snapshot.rows("users", account_id="210000000001")} >= {"break-glass"}
    assert {row["name"] for row in snapshot.rows("organization_policies")} >= {"EuropeAlone", "TlsAlone"}
    assert [row["name"] for row in snapshot.rows("root_access_features")] == [
        "RootCredentialsManagement",
        "RootSessions",
    ]
    assert list(snapshot.rows("gaps")) == []
    assert {row["present"] for row in snapshot.rows("password_policy")} == {True, False}


def test_what_is_dropped_is_stored_nowhere(connected_whole: Connection) -> None:
    """E-mail addresses, SAML metadata, access key secrets: planted in the simulated AWS, found in no file."""
    planted = [b"@example.com", b"EntityDescriptor", b"master@"]
    files = [path for path in settings.DATA_DIR.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not [canary for canary in planted if canary in content], path
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connected_whole.id))
    assert snapshot is not None
    for table in snapshot.manifest.tables:
        text = str(list(snapshot.rows(table))).encode()
        assert not [canary for canary in planted if canary in text], table


def test_another_external_id_fails_the_first_check_and_keeps_the_record(
    platform: Running, deploy: Deploy, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.aws.checks.PROPAGATION_SECONDS", 0)
    draft = commands.add("organization", "Larkspur", [platform.organization()["root_id"]])
    other = commands.template(draft).replace(draft.external_id, "x" * 43)
    arn = deploy(draft, template=other)
    run = finish(commands.connect(draft, arn))
    draft = commands.find(str(draft.id))
    assert (run.state, draft.status) == ("failed", "failed")
    check = draft.checks.get(code="role_assumed")
    assert (check.state, check.failure_code) == ("failed", "assume_refused")
    assert "is not authorized to perform: sts:AssumeRole" in check.message
    assert len(check.causes) >= 4
    assert "in account 210000000001" in check.causes[0]["text"]
    assert draft.role_arn == arn


def test_a_role_that_answers_without_an_external_id_is_refused(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    draft = commands.add("organization", "Larkspur", [platform.organization()["root_id"]])
    loose = commands.template(draft).replace("StringEquals: {sts:ExternalId: !Ref ExternalId}", "")
    finish(commands.connect(draft, deploy(draft, template=loose)))
    draft = commands.find(str(draft.id))
    assert draft.status == "failed"
    assert draft.checks.get(code="refused_without_external_id").failure_code == "trust_too_open"
    assert draft.checks.get(code="management_account").state == "waiting"
    assert not (settings.SNAPSHOTS_DIR / str(draft.id)).exists()


def test_a_stack_in_a_member_account_is_told_apart(platform: Running, deploy: Deploy, finish: Finish) -> None:
    draft = commands.add("organization", "Ostrava", [platform.organization(1)["root_id"]])
    single = commands.add("account", "Elsewhere", ["310000000001"])
    arn = deploy(single, 1)
    commands.remove(single)
    draft.external_id = single.external_id
    draft.save()
    run = finish(commands.connect(draft, arn))
    assert "management_account" in run.error  # an account's role may not read the organization
    assert commands.find(str(draft.id)).status == "failed"


def test_a_single_account_is_connected_without_a_stackset(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    draft = commands.add("account", "Ostrava tools", ["310000000001"])
    assert "StackSet" not in commands.template(draft)
    finish(commands.connect(draft, deploy(draft, 1)))
    found = commands.find(str(draft.id))
    assert (found.status, found.coverage_connected) == ("connected", 1)
    assert found.accounts.get().status == "connected"


def test_an_account_of_a_connected_organization_is_not_connected_singly(connected: Connection) -> None:
    with pytest.raises(Taken) as taken:
        commands.add("account", "Twice", ["210000000061"])
    assert taken.value.other == connected


def test_a_target_that_a_draft_holds_is_refused_with_the_other(transactional_db: None) -> None:
    first = commands.add("organization", "First", ["r-ab12"])
    with pytest.raises(Taken) as taken:
        commands.add("organization", "Second", ["r-ab12"])
    assert taken.value.other == first
    commands.remove(first)
    commands.add("organization", "Second", ["r-ab12"])


def test_the_same_organization_is_not_connected_twice(
    connected: Connection, platform: Running, deploy: Deploy, finish: Finish
) -> None:
    unit = commands.add("organization", "One unit", ["ou-lark-10000000"])
    finish(commands.connect(unit, deploy(unit)))
    check = commands.find(str(unit.id)).checks.get(code="management_account")
    assert check.failure_code == "already_connected"
    assert "Larkspur" in check.causes[0]["text"]


def test_units_alone_leave_the_rest_untargeted(platform: Running, deploy: Deploy, finish: Finish) -> None:
    draft = commands.add("organization", "Sandbox", ["ou-lark-40000000"])
    finish(commands.connect(draft, deploy(draft)))
    found = commands.find(str(draft.id))
    assert found.status == "connected"
    assert (
        found.coverage_total
        == found.coverage_connected
        == found.accounts.filter(unit_path="Root / Sandbox").count()
    )
    assert found.accounts.get(account_id="210000000001").status == "not_targeted"
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(found.id))
    assert snapshot is not None
    assert snapshot.count("accounts") >= 24, "what stands above decides what is allowed below"
    assert list(snapshot.rows("users", account_id="210000000001")) == []


def test_a_late_account_turns_connected_without_anyones_help(
    connected: Connection, platform: Running, finish: Finish
) -> None:
    late = platform.join("210000000001", "late-arrival", "Sandbox")
    run = finish(commands.reprocess(connected))
    assert run.state == "done"
    assert connected.accounts.get(account_id=late).status == "connected"
    assert commands.find(str(connected.id)).coverage_total == 3


def test_switched_off_makes_no_call_and_on_goes_on(
    connected: Connection, platform: Running, finish: Finish
) -> None:
    commands.switch(connected, enabled=False)
    with pytest.raises(NotReady):
        commands.reprocess(connected)
    before = platform.calls()[-1]["n"]
    assert records.synchronization_state(connected) == "off"
    assert platform.calls(before) == []
    commands.switch(connected, enabled=True)
    run = Run.objects.get(subject=str(connected.id), state="running")
    assert finish(run).state == "done"
    assert platform.calls(before) != []


def test_switching_off_stops_a_run_within_two_seconds_and_loses_nothing(
    connected: Connection, platform: Running, finish: Finish
) -> None:
    run = commands.reprocess(connected)

    def work() -> None:
        try:
            finish(run)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    before = platform.calls()[-1]["n"]
    while not platform.calls(before):
        time.sleep(0.02)
    commands.switch(connected, enabled=False)
    time.sleep(2)
    quiet_from = platform.calls()[-1]["n"]
    worker.join(20)
    assert platform.calls(quiet_from) == []
    run.refresh_from_db()
    assert run.state == "held"
    commands.switch(connected, enabled=True)
    run.refresh_from_db()
    assert finish(run).state == "done"


def test_removal_forgets_at_once_and_purges_on_request(connected: Connection) -> None:
    snapshots = settings.SNAPSHOTS_DIR / str(connected.id)
    indexes = index_folder(settings.DATA_DIR) / str(connected.id)
    assert snapshots.exists()
    assert list(indexes.glob("*.sqlite")), "made when the snapshot was published"
    commands.remove(connected, "purge")
    assert not Connection.objects.exists()
    assert not snapshots.exists()
    assert not indexes.exists()
    assert not Run.objects.exists()


def test_kept_data_stays_after_removal(connected: Connection) -> None:
    snapshots = settings.SNAPSHOTS_DIR / str(connected.id)
    commands.remove(connected, "keep")
    assert snapshots.exists()


def test_troubles_of_the_second_organization_are_told_apart(
    platform: Running, deploy: Deploy, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.server.connections.collecting.PROPAGATION_SECONDS", 0)
    manager = platform.organization(1)["management_account_id"]
    draft = commands.add("organization", "Ostrava", [platform.organization(1)["root_id"]])
    assert deploy(draft, 1) == "", "before trusted access the stack rolls back and has no output"
    cloudformation = platform.client("cloudformation", manager)
    stack = cloudformation.describe_stacks(StackName=commands.template_names(draft).stack_name)["Stacks"][0]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "You must enable organizations access" in stack["StackStatusReason"]
    cloudformation.delete_stack(StackName=stack["StackName"])
    cloudformation.activate_organizations_access()
    run = finish(commands.connect(draft, deploy(draft, 1)))
    assert run.state == "done", run.error
    found = {account.name: account for account in draft.accounts.all()}
    assert {name: account.status for name, account in found.items()} == {
        "ostrava-management": "connected",
        "line-one-control": "connected",
        "line-one-vision": "connected",
        "line-two-control": "connected",
        "ostrava-tools": "connected",
        "vault": "refused",
        "opaque": "denied",
        "perimeter": "denied",
        "old-plant": "suspended",
    }
    assert "service control policy" in found["vault"].detail
    assert found["perimeter"].failure == "member_denied_by_rcp", (
        "told by the policies above it, not by AWS's words"
    )
    assert "resource control policy" in found["perimeter"].causes[0]["text"]
    assert '"aws:PrincipalAccount": "999988887777"' in found["perimeter"].causes[0]["fix"]
    assert all(found[name].causes for name in ("vault", "opaque", "perimeter"))
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(draft.id))
    assert snapshot is not None
    gaps = {gap["account_id"] for gap in snapshot.rows("gaps")}
    assert gaps == {"310000000021", "310000000022", "310000000023"}


def test_a_refusal_passes_through_a_context_manager_as_it_is() -> None:
    """Python writes to an exception that passes: a frozen one would turn into a TypeError that hides it."""

    @contextlib.contextmanager
    def around() -> Iterator[None]:
        yield

    with pytest.raises(NotReady, match="not yet"), around():
        raise NotReady("early", "not yet", "wait")


def test_external_ids_are_long_unique_and_not_taken_from_anybody(transactional_db: None) -> None:
    ids = {commands.add("organization", f"n{n}", [f"ou-ab12-{n:08}"]).external_id for n in range(20)}
    assert len(ids) == 20
    assert all(len(external_id) >= 43 for external_id in ids)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "  "}),
        ("tags", {"tags": [str(n) for n in range(11)]}),
        ("target_ids", {"target_ids": ["o-larkspur01"]}),
    ],
)
def test_a_wrong_field_is_named_with_its_fix(
    transactional_db: None, field: str, values: dict[str, object]
) -> None:
    given: dict[str, object] = {"name": "Good", "target_ids": ["r-ab12"], "tags": [], **values}
    with pytest.raises(Invalid) as invalid:
        commands.add("organization", **given)  # type: ignore[arg-type]
    assert list(invalid.value.fields) == [field]
    assert invalid.value.fields[field].fix
    assert not Connection.objects.exists()


def test_a_trust_that_was_loosened_is_found_by_the_daily_test(
    connected: Connection, platform: Running, finish: Finish
) -> None:
    Connection.objects.update(proven_at=timezone.now() - timedelta(days=2))
    assert finish(commands.reprocess(connected)).state == "done"
    assert commands.find(str(connected.id)).proven_at > timezone.now() - timedelta(minutes=5)  # type: ignore[operator]
    iam = platform.client("iam", "210000000001")
    role = connected.role_arn.rpartition("/")[2]
    open_to_all = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(open_to_all))
    Connection.objects.update(proven_at=timezone.now() - timedelta(days=2))
    run = finish(commands.reprocess(commands.find(str(connected.id))))
    assert run.state == "failed"
    found = commands.find(str(connected.id))
    assert "without an external id" in found.sync_error
    assert found.status == "connected", "what was collected stays"


def test_an_organization_says_which_of_its_accounts_are_connected_singly(
    platform: Running, deploy: Deploy, finish: Finish
) -> None:
    commands.add("account", "Amara alone", ["210000000061"])
    draft = commands.add("organization", "Larkspur", ["ou-lark-40000000"])
    finish(commands.connect(draft, deploy(draft)))
    assert "`Amara alone`" in draft.checks.get(code="accounts_listed").detail


def test_an_attempt_that_fails_loses_nothing_that_worked(
    connected: Connection, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.aws.checks.PROPAGATION_SECONDS", 0)
    other = "arn:aws:iam::210000000001:role/cloud-entitlements/not-there"
    assert finish(commands.connect(connected, other)).state == "failed"
    found = commands.find(str(connected.id))
    assert (found.status, found.role_arn) == ("connected", connected.role_arn)
    assert found.checks.get(code="role_assumed").state == "failed"
    assert finish(commands.reprocess(found)).state == "done"


def test_an_account_that_could_not_be_finished_is_a_gap_and_not_silently_old(
    connected: Connection, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.work.runner.RETRY_SECONDS", 0.01)

    def broken(sessions: Any, role: Any, instance: Any, *, prove: bool) -> Any:
        if "210000000061" in role.arn:
            raise RuntimeError("a mistake of ours")
        return enter(sessions, role, instance, prove=prove)

    monkeypatch.setattr("cloud_entitlements.server.connections.collecting.enter", broken)
    assert finish(commands.reprocess(connected)).state == "done"
    account = connected.accounts.get(account_id="210000000061")
    assert (account.status, "a mistake of ours" in account.detail) == ("failed", True)
    assert account.failure == "unfinished"
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connected.id))
    assert snapshot is not None
    gaps = list(snapshot.rows("gaps"))
    assert {gap["account_id"] for gap in gaps} == {"210000000061"}
    assert all(gap["stale_since"] for gap in gaps), "the last value is kept, with its date"
    assert list(snapshot.rows("users", account_id="210000000061"))
    assert snapshot.manifest.coverage.connected == snapshot.manifest.coverage.total - 1


def test_an_account_that_moved_to_another_organization_is_not_mixed_in(
    connected: Connection, finish: Finish
) -> None:
    Connection.objects.update(organization_id="o-elsewhere01")
    assert finish(commands.reprocess(commands.find(str(connected.id)))).state == "failed"
    found = commands.find(str(connected.id))
    assert (found.organization_id, "o-larkspur01" in found.sync_error) == ("o-elsewhere01", True)


def test_runs_start_when_they_are_due_and_not_before(connected: Connection) -> None:
    assert schedule.start_due_runs() == 0
    Connection.objects.update(sync_ended_at=timezone.now() - timedelta(minutes=16))
    assert schedule.start_due_runs() == 1
    assert schedule.start_due_runs() == 0, "one is under way"
    commands.switch(connected, enabled=False)
    assert schedule.start_due_runs() == 0


def test_a_full_disk_fails_the_check_in_words(
    platform: Running, deploy: Deploy, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.work.runner.RETRY_SECONDS", 0.01)
    draft = commands.add("organization", "Larkspur", ["ou-lark-40000000"])
    run = commands.connect(draft, deploy(draft))

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cloud_entitlements.inventory.staging.Staging._write", broken)
    assert finish(run).state == "failed"
    found = commands.find(str(draft.id))
    assert found.status == "failed"
    check = found.checks.get(code="organization_read")
    assert (check.failure_code, "No space left" in check.message) == ("disk", True)
    assert check.causes[0]["fix"]


def test_an_unexpected_error_ends_the_connecting_and_says_so(
    platform: Running, deploy: Deploy, finish: Finish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloud_entitlements.work.runner.RETRY_SECONDS", 0.01)
    draft = commands.add("organization", "Larkspur", ["ou-lark-40000000"])
    run = commands.connect(draft, deploy(draft))

    def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("cloud_entitlements.aws.checks.prove_role", broken)
    assert finish(run).state == "failed"
    found = commands.find(str(draft.id))
    assert (found.status, "a mistake of ours" in found.sync_error) == ("failed", True)
