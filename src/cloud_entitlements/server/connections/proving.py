"""The connect run's first item: the checks, line by line. A failure ends the run and keeps the record."""

from __future__ import annotations

from django.utils import timezone

from cloud_entitlements.aws import checks
from cloud_entitlements.aws.checks import CheckResult
from cloud_entitlements.aws.failures import explain, from_error
from cloud_entitlements.aws.sessions import AwsSession, SwitchedOff
from cloud_entitlements.server.connections import checklist
from cloud_entitlements.server.connections.knowledge import facts_of
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.records import page_url, target_ids
from cloud_entitlements.server.connections.surveying import Found, survey_account, survey_organization
from cloud_entitlements.server.connections.task import Task
from cloud_entitlements.work.runner import GivenUp


def prove(task: Task) -> None:
    try:
        _prove(task)
    except GivenUp:
        _fail(task.connection)
        raise


def _prove(task: Task) -> None:
    for result in checks.prove_role(task.sessions, task.role_to_assume(), task.evidence):
        _record(task, result)
    Connection.objects.filter(id=task.connection.id).update(proven_at=timezone.now())
    session = task.sessions.assume(task.role_to_assume())
    if task.connection.type == Connection.Type.ACCOUNT:
        _record(task, checks.check_right_account(session, target_ids(task.connection)[0]))
        survey_account(task)
        return
    organization = _right_organization(task, session)
    _not_twice(task, organization)
    _survey(task, session, organization)


def _right_organization(task: Task, session: AwsSession) -> checks.Organization:
    _record(task, CheckResult(checks.MANAGEMENT_ACCOUNT.code, "running"))
    known, facts = task.connection.organization_id, task.evidence.known()
    result, organization = checks.check_management_account(session, task.role.account_id, known, facts)
    _record(task, result)
    assert organization is not None  # noqa: S101  a check without one has failed above
    return organization


def _not_twice(task: Task, organization: checks.Organization) -> None:
    other = Connection.objects.filter(organization_id=organization.id).exclude(id=task.connection.id).first()
    if other is None:
        return
    message = f"`{organization.id}` is already connected"
    facts = {"other": other.name, "url": page_url(other)}
    failure = explain("already_connected", checks.MANAGEMENT_ACCOUNT.call, message, **facts)
    _record(task, CheckResult(checks.MANAGEMENT_ACCOUNT.code, "failed", "", failure))


def _survey(task: Task, session: AwsSession, organization: checks.Organization) -> None:
    _record(task, CheckResult(checks.ORGANIZATION_READ.code, "running"))
    try:
        found = survey_organization(task, session, lambda detail: _reading(task, detail))
    except (SwitchedOff, GivenUp):
        raise
    except Exception as error:  # noqa: BLE001  every error of AWS's is explained on its line
        failure = from_error(error, checks.ORGANIZATION_READ.call, **facts_of(task.connection))
        _record(task, CheckResult(checks.ORGANIZATION_READ.code, "failed", "", failure))
        return
    roots = [unit["id"] for unit in found.units if unit["kind"] == "root"]
    units = [unit["id"] for unit in found.units]
    _record(task, checks.check_targets(target_ids(task.connection), roots, units))
    found.take_on(task, organization)
    _record(task, CheckResult(checks.ACCOUNTS_LISTED.code, "passed", found.summary + _also_singly(found)))
    _record(task, CheckResult(checks.MEMBER_ROLES.code, "running", f"0 of {found.to_try}"))


def _also_singly(found: Found) -> str:
    """Accounts of this organization that are connected by themselves too: said, and left to the person."""
    ids = [account["id"] for account in found.accounts]
    single = Connection.objects.filter(type=Connection.Type.ACCOUNT, targets__id__in=ids)
    names = ", ".join(f"`{one.name}`" for one in single)
    return f"; connected singly too: {names}, which can be removed" if names else ""


def _reading(task: Task, detail: str) -> None:
    task.job.report(0, 0, detail)


def _record(task: Task, result: CheckResult) -> None:
    """Writes the line; a failed one ends the run."""
    checklist.record(task.connection, result)
    if result.state == "failed":
        why = result.failure.message if result.failure else result.detail
        raise GivenUp(f"{result.code}: {why}")


def _fail(connection: Connection) -> None:
    """What worked before keeps working: only a connection that never did is failed."""
    checklist.skip_the_rest(connection)
    Connection.objects.filter(id=connection.id, status=Connection.Status.CONNECTING).update(
        status=Connection.Status.FAILED
    )
