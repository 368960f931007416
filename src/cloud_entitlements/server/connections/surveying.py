"""A run's first look: the organization, its tree and its accounts; then one item of work an account.

In a connect run `proving` calls it; in a collect run it is an item itself. Rows of accounts are updated here,
so that pending, suspended and departed ones show at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cloud_entitlements.aws.checks import Organization, prove_role
from cloud_entitlements.aws.collecting import Collector, Scope
from cloud_entitlements.aws.collectors import OF_ACCOUNT, OF_ORGANIZATION
from cloud_entitlements.aws.collectors.organization import COLLECTOR as ORGANIZATION
from cloud_entitlements.aws.failures import from_error
from cloud_entitlements.aws.members import state_without_asking
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.aws.stacksets import Instance, read_instances
from cloud_entitlements.aws.template import names
from cloud_entitlements.inventory import Gap, Snapshot
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.connections.records import target_ids
from cloud_entitlements.server.connections.schedule import (
    ACCOUNT,
    PUBLISH,
    STAGE_ACCOUNTS,
    STAGE_PUBLISH,
    settle,
)
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work import ledger
from cloud_entitlements.work.ledger import ItemSpec
from cloud_entitlements.work.runner import GivenUp

DAILY = timedelta(hours=24)


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

    def take_on(self, task: Task, organization: Organization) -> None:
        """The identity of the organization is known now; accounts become rows, and work."""
        _remember(task, organization)
        targets = set(target_ids(task.connection))
        with transaction.atomic():
            to_try = [row for row in self.accounts if _listed(task, row, targets)]
            _let_go(task, {row["id"] for row in self.accounts})
            _add_work(task, to_try, self.instances)


def survey(task: Task) -> None:
    """A collect run's first item."""
    Connection.objects.filter(id=task.connection.id).update(sync_started_at=timezone.now())
    if task.connection.type == Connection.Type.ACCOUNT:
        if _proof_is_old(task.connection):
            _prove_again(task)
        survey_account(task)
        return
    try:
        if _proof_is_old(task.connection):
            _prove_again(task)
        session = task.sessions.assume(task.role_to_assume())
        found = survey_organization(task, session, lambda detail: task.job.report(0, 0, detail))
        organization = next(iter(_staged(task, "organization")))
        _still_the_same(task.connection, organization["id"])
    except (SwitchedOff, GivenUp):
        raise
    except Exception as error:
        why = from_error(error, "sts:AssumeRole").message
        settle(str(task.connection.id), f"the organization could not be read: {why}")
        raise GivenUp(why) from error
    found.take_on(
        task,
        Organization(organization["id"], organization["management_account_id"], organization["feature_set"]),
    )


def _still_the_same(connection: Connection, organization_id: str) -> None:
    """The role's account may have moved to another organization since; nothing of that one is taken in."""
    if connection.organization_id not in (None, organization_id):
        text = f"the role is now in organization `{organization_id}`, and `{connection.organization_id}` was connected"
        settle(str(connection.id), text)
        raise GivenUp(text)


def _prove_again(task: Task) -> None:
    """Daily: the role answers with the external id, and still refuses without it and with a wrong one."""
    for result in prove_role(task.sessions, task.role_to_assume(), patience_seconds=0):
        if result.state == "failed":
            why = result.failure.message if result.failure else result.detail
            settle(str(task.connection.id), f"the role's trust was tested again, and failed: {why}")
            raise GivenUp(why)
    Connection.objects.filter(id=task.connection.id).update(proven_at=timezone.now())


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
    _add_work(task, [{"id": account_id}], {})


def survey_organization(task: Task, session: AwsSession, say: Callable[[str], None]) -> Found:
    """Raises what AWS raised when the tree itself can't be read; other collectors leave gaps."""
    Connection.objects.filter(id=task.connection.id).update(sync_started_at=timezone.now())
    scope = Scope(task.role.account_id, task.role.partition)
    collected = _collected_at(task.connection)
    for collector in OF_ORGANIZATION:
        say(f"reading {collector.name.replace('_', ' ')}")
        stage(task, collector, session, scope, _last(collected, "organization", collector))
    instances = _instances(task, session)
    return Found(list(_staged(task, "units")), list(_staged(task, "accounts")), instances)


def stage(
    task: Task, collector: Collector, session: AwsSession, scope: Scope, last: datetime | None
) -> Gap | None:
    """Runs one collector, or carries its last rows over when they are young enough. Denied is a gap."""
    owner = "organization" if collector.level == "organization" else scope.account_id
    done = task.staging.part(owner, collector.name)
    if done is not None and done.outcome != "gap":
        return None  # this item was begun before: what is finished is not fetched again
    now = timezone.now()
    if last is not None and now - last < collector.cadence:
        task.staging.carry(owner, collector.name, now)
        return None
    try:
        task.staging.save(owner, collector.name, collector.collect(session, scope), now)
    except SwitchedOff:
        raise
    except Exception as error:
        failure = from_error(error, collector.operations[0])
        if collector is ORGANIZATION or failure.code == "disk":
            raise  # without the tree there is no run; and a full disk is no gap of AWS's
        gap = Gap(failure.call, failure.code, failure.message)
        task.staging.gap(owner, collector.name, gap, now)
        return gap
    return None


def _staged(task: Task, table: str) -> Iterable[dict[str, Any]]:
    part = task.staging.part("organization", ORGANIZATION.name)
    return (row for name, row in part.rows() if name == table) if part else ()


def _instances(task: Task, session: AwsSession) -> Mapping[str, Instance] | None:
    """Helps to say why a member role does not answer; not being allowed to look is no failure."""
    try:
        return read_instances(session, names(task.connection.suffix).stackset_name)
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
    known = {"name": row["name"], "unit_path": row["name_path"]}
    if state is not None:
        known |= {"status": state.status, "detail": state.detail, "causes": []}
    Account.objects.update_or_create(connection=task.connection, account_id=row["id"], defaults=known)
    return state is None


def _let_go(task: Task, present: set[str]) -> None:
    gone = task.connection.accounts.exclude(account_id__in=present)
    gone.update(status=Account.Status.LEFT, detail="the account is no longer in the organization", causes=[])


def _add_work(task: Task, accounts: list[dict[str, Any]], instances: Mapping[str, Instance] | None) -> None:
    """A retry visits the accounts asked for alone; the rest keep what was collected."""
    asked = task.run.payload.get("accounts")
    chosen = [row["id"] for row in accounts if asked is None or row["id"] in asked]
    collected = _collected_at(task.connection)
    # as it was when the run began: members are tested again in the same run as the management role
    prove = task.connecting or _proof_is_old(task.connection)
    specs = [
        ItemSpec(
            kind=ACCOUNT,
            key=account_id,
            stage=STAGE_ACCOUNTS,
            payload={
                "prove": prove,
                "instance": _as_payload(instances, account_id),
                "collected_at": {c.name: _iso(_last(collected, account_id, c)) for c in OF_ACCOUNT},
            },
        )
        for account_id in chosen
    ]
    ledger.add_items(task.run, [*specs, ItemSpec(kind=PUBLISH, stage=STAGE_PUBLISH, essential=True)])


def _proof_is_old(connection: Connection) -> bool:
    return connection.proven_at is None or timezone.now() - connection.proven_at > DAILY


def _as_payload(instances: Mapping[str, Instance] | None, account_id: str) -> dict[str, str] | str | None:
    """`unknown` when the StackSet could not be read, which is not the same as not being in it."""
    if instances is None:
        return "unknown"
    found = instances.get(account_id)
    if found is None:
        return None
    return {"status": found.status, "detailed_status": found.detailed_status, "reason": found.reason}


def _collected_at(connection: Connection) -> dict[tuple[str, str], str]:
    snapshot = Snapshot.latest(settings.SNAPSHOTS_DIR, str(connection.id))
    rows = snapshot.rows("collections") if snapshot else ()
    return {
        (row["account_id"], row["of_collector"]): row["collected_at"]
        for row in rows
        if row["outcome"] in ("collected", "carried") and row["collected_at"]
    }


def _last(collected: Mapping[tuple[str, str], str], owner: str, collector: Collector) -> datetime | None:
    found = collected.get((owner, collector.name))
    return datetime.fromisoformat(found) if found else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
