"""A run's first look: the organization, its tree and its accounts; then one item of work an account, and Identity Center.

In a connect run `proving` calls it; in a collect run it is an item itself, and what can't be read now is taken from
the last snapshot: a management role that fails does not stop the accounts, whose roles are assumed directly. Rows of
accounts are updated here, so that pending, suspended and departed ones show at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud_entitlements.aws.checks import Organization, prove_role
from cloud_entitlements.aws.collecting import Scope
from cloud_entitlements.aws.collectors import SURVEYED
from cloud_entitlements.aws.collectors.organization import COLLECTOR as ORGANIZATION
from cloud_entitlements.aws.failures import Failure, causes_of, explain
from cloud_entitlements.aws.members import state_without_asking
from cloud_entitlements.aws.narrowing import why_refused
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.aws.stacksets import Instance, read_instances
from cloud_entitlements.inventory import Gap, Snapshot
from cloud_entitlements.server.connections.account_work import UNIT_ADDED, add_work
from cloud_entitlements.server.connections.knowledge import template_names
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.connections.records import failure_record, target_ids
from cloud_entitlements.server.connections.schedule import proof_is_due, settle
from cloud_entitlements.server.connections.staged import last_collected, stage, staged_or_last
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work.runner import GivenUp


@dataclass(frozen=True, slots=True)
class Found:
    """What the survey found, as rows of the staged tables."""

    units: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    instances: Mapping[str, Instance] | None
    """Of the StackSet; None when it could not be read."""

    @property
    def summary(self) -> str:
        units = sum(1 for unit in self.units if unit["kind"] == "unit")
        return f"{len(self.accounts)} accounts in {units} units"

    @property
    def to_try(self) -> int:
        return sum(1 for account in self.accounts if account["state"] == "ACTIVE")

    def take_on(self, task: Task, organization: Organization | None) -> None:
        """The identity of the organization is known now; accounts become rows, and work."""
        if organization is not None:
            _remember(task, organization)
        targets = set(target_ids(task.connection))
        with transaction.atomic():
            to_try = [row for row in self.accounts if _listed(task, row, targets)]
            _let_go(task, {row["id"] for row in self.accounts})
            add_work(task, to_try, self.instances)


def survey(task: Task) -> None:
    """A collect run's first item."""
    Connection.objects.filter(id=task.connection.id).update(sync_started_at=timezone.now())
    if proof_is_due(str(task.connection.id), task.connection.proven_at):
        _prove_again(task)
    if task.connection.type == Connection.Type.ACCOUNT:
        survey_account(task)
        return
    try:
        session = task.sessions.assume(task.role_to_assume())
    except SwitchedOff:
        raise
    except Exception as error:  # noqa: BLE001  every error of AWS's is explained
        _without_the_management_role(task, why_refused(error, task.sessions, task.evidence))
        return
    found = survey_organization(task, session, lambda detail: task.job.report(0, 0, detail))
    found.take_on(task, _organization(task))


def _organization(task: Task) -> Organization | None:
    """The organization that was read now, the one that was connected; None when it could not be read now."""
    part = task.staging.part("organization", ORGANIZATION.name)
    row = next((row for name, row in part.rows() if name == "organization"), None) if part else None
    if row is None:
        return None
    found = Organization(row["id"], row["management_account_id"], row["feature_set"])
    known = task.connection.organization_id
    if known not in (None, found.id):
        # The role's account moved to another organization; nothing of that one is taken in.
        message = f"the role is now in organization `{found.id}`, and `{known}` was connected"
        facts = {"found": found.id, "organization": known or ""}
        _give_up(task, explain("other_organization", ORGANIZATION.operations[0], message, **facts))
    return found


def _without_the_management_role(task: Task, failure: Failure) -> None:
    """Its own facts are gaps; the accounts that the last snapshot lists are tried all the same."""
    gap = Gap(failure.call, failure.code, failure.message)
    for collector in SURVEYED:
        task.staging.gap("organization", collector.name, gap, timezone.now())
    Connection.objects.filter(id=task.connection.id).update(sync_failure=failure_record(failure))
    known = _last_known(task.connection)
    if not known.accounts:
        _give_up(task, failure)
    known.take_on(task, None)


def _last_known(connection: Connection) -> Found:
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    if snapshot is None:
        return Found([], [], None)
    return Found(list(snapshot.rows("units")), list(snapshot.rows("accounts")), None)


def _prove_again(task: Task) -> None:
    """The role answers with the external id, and still refuses without it and with a wrong one.

    A refusal of the role shows in what follows; a test that AWS did not answer is repeated by the next run. A trust
    that was loosened ends the run: nothing is collected through such a role.
    """
    for result in prove_role(task.sessions, task.role_to_assume(), task.evidence, patience_seconds=0):
        if result.state == "failed":
            if result.failure and result.failure.code == "trust_too_open":
                _give_up(task, result.failure)
            return
    Connection.objects.filter(id=task.connection.id).update(proven_at=timezone.now())


def _give_up(task: Task, failure: Failure) -> None:
    settle(str(task.connection.id), failure.message, failure_record(failure))
    raise GivenUp(failure.message)


def survey_account(task: Task) -> None:
    """A single account has nothing around it to read: the layers above stay unknown."""
    account_id = target_ids(task.connection)[0]
    connection = task.connection
    Connection.objects.filter(id=connection.id).update(
        sync_started_at=timezone.now(), management_account_id=account_id
    )
    Account.objects.get_or_create(
        connection=connection, account_id=account_id, defaults={"name": connection.name}
    )
    add_work(task, [{"id": account_id, "path": ""}], {})


def survey_organization(task: Task, session: AwsSession, say: Callable[[str], None]) -> Found:
    """Raises what AWS raised when the tree can't be read and there is none from before; the rest leaves gaps."""
    Connection.objects.filter(id=task.connection.id).update(sync_started_at=timezone.now())
    scope = Scope(task.role.account_id, task.role.partition)
    collected = last_collected(task.connection)
    first = None if task.connecting else Snapshot.latest(settings.SNAPSHOTS_DIR, str(task.connection.id))
    for collector in SURVEYED:
        say(f"reading {collector.name.replace('_', ' ')}")
        last = collected.get(("organization", collector.name))
        stage(task, collector, session, scope, last, must=collector is ORGANIZATION and first is None)
    units, accounts = (
        staged_or_last(task, ORGANIZATION, "units"),
        staged_or_last(task, ORGANIZATION, "accounts"),
    )
    return Found(units, accounts, _instances(task, session))


def _instances(task: Task, session: AwsSession) -> Mapping[str, Instance] | None:
    """Helps to say why a member role does not answer; not being allowed to look is no failure."""
    try:
        return read_instances(session, template_names(task.connection).stackset_name)
    except SwitchedOff:
        raise
    except Exception:  # noqa: BLE001  e.g. denied, or the stack stands in another Region: not known
        return None


def _remember(task: Task, organization: Organization) -> None:
    try:
        with transaction.atomic():
            Connection.objects.filter(id=task.connection.id).update(
                organization_id=organization.id, management_account_id=organization.management_account_id
            )
    except IntegrityError:
        raise GivenUp(f"`{organization.id}` was connected by somebody else in the meantime") from None


def _listed(task: Task, row: dict[str, Any], targets: set[str]) -> bool:
    """Writes the account's row; True when its role is to be tried."""
    targeted = not targets.isdisjoint(row["path"].strip("/").split("/"))
    state = state_without_asking(row["state"], targeted=targeted)
    known: dict[str, Any] = {"name": row["name"], "unit_path": row["name_path"]}
    if state is None and _unit_added(task, row):
        known |= {"status": Account.Status.PENDING, "failure": UNIT_ADDED}
    if state is not None:
        causes = [asdict(cause) for cause in causes_of(state.failure)]
        known |= {
            "status": state.status,
            "detail": state.detail,
            "failure": state.failure,
            "causes": causes,
        }
    Account.objects.update_or_create(connection=task.connection, account_id=row["id"], defaults=known)
    return state is None


def _unit_added(task: Task, row: dict[str, Any]) -> bool:
    """It stands where it stood, and was outside the targets: they were changed, the account was not moved."""
    outside = Account.Status.NOT_TARGETED
    return task.connection.accounts.filter(
        account_id=row["id"], unit_path=row["name_path"], status=outside
    ).exists()


def _let_go(task: Task, present: Iterable[str]) -> None:
    gone = task.connection.accounts.exclude(account_id__in=present)
    gone.update(
        status=Account.Status.LEFT,
        failure="member_left",
        detail="the account is no longer in the organization",
        causes=[asdict(cause) for cause in causes_of("member_left")],
    )
