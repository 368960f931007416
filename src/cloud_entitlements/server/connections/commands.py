"""Everything a person can do with a connection; page, terminal and API call these functions and no others.

A command validates, changes state in one transaction and starts work; it never waits for AWS. A refused
command raises a `Refusal` and changes nothing. Imports the room's models, `work.ledger` and `aws`.
"""

from __future__ import annotations

import shutil
import unicodedata
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cloud_entitlements.access import forget
from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.aws.pasted import (
    Problem,
    RoleArn,
    parse_account_id,
    parse_principal_arn,
    parse_role_arn,
    parse_targets,
)
from cloud_entitlements.aws.platform import PlatformIdentity
from cloud_entitlements.aws.stack_errors import diagnose
from cloud_entitlements.aws.template import deploy_command, render_template
from cloud_entitlements.aws.terraform import apply_command, render_terraform
from cloud_entitlements.inventory import remove_connection
from cloud_entitlements.server.connections import platform, schedule
from cloud_entitlements.server.connections.identity_center import TROUBLE as CENTER_TROUBLE
from cloud_entitlements.server.connections.knowledge import (
    facts_of,
    template_input,
    template_names,
    update_line,
)
from cloud_entitlements.server.connections.models import MAX_TAGS, TROUBLE, Account, Connection, Target
from cloud_entitlements.server.connections.records import failure_record
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady, Taken
from cloud_entitlements.server.folders import index_folder
from cloud_entitlements.server.recommendations import analysing, due
from cloud_entitlements.work import ledger
from cloud_entitlements.work.models import Run

__all__ = ["template_input", "template_names", "update_line"]

MAX_NAME = 100
MAX_TAG = 40
Type = Connection.Type
Status = Connection.Status
Tool = Literal["cloudformation", "terraform"]
"""What deploys the roles; both make the same."""


def template(connection: Connection, tool: Tool = "cloudformation") -> str:
    """The CloudFormation template, or the same roles as a Terraform file; to download it is the wizard's second step."""
    render = render_terraform if tool == "terraform" else render_template
    rendered = render(template_input(connection))
    if connection.template_seen_at is None:
        Connection.objects.filter(id=connection.id).update(template_seen_at=timezone.now())
    return rendered


def template_file(connection: Connection, tool: Tool = "cloudformation") -> str:
    """The name that its download has."""
    named = template_names(connection)
    return named.terraform_name if tool == "terraform" else named.file_name


def deploy_line(connection: Connection, file: str | None = None, tool: Tool = "cloudformation") -> str:
    """The template as a line for a terminal that is signed in to the customer's account."""
    if tool == "terraform":
        return apply_command(file)
    return deploy_command(template_input(connection), file)


def find(reference: str, kind: str | None = None) -> Connection:
    """A connection by id, by name, or by the `o-`, `r-`, `ou-` or account id it stands for."""
    candidates = connections(kind)
    by_id = _as_uuid(reference)
    if by_id is not None:
        found = candidates.filter(id=by_id)
    else:
        found = candidates.filter(name=reference) | candidates.filter(targets__id=reference)
        found = (found | candidates.filter(organization_id=reference)).distinct()
    matches = list(found[:2])
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise NotFound(f"more than one connection is named `{reference}`", "use its id from `ciem org list`")
    raise NotFound(f"no connection `{reference}`", "see `ciem org list` and `ciem account list`")


def connections(kind: str | None = None) -> QuerySet[Connection]:
    every = Connection.objects.prefetch_related("targets", "checks")
    return every.filter(type=kind) if kind else every


def add(kind: str, name: str, target_ids: Sequence[str], tags: Sequence[str] = ()) -> Connection:
    """A draft that holds its targets from now on."""
    fields = check_fields(kind, name=name, target_ids=target_ids, tags=tags)
    with transaction.atomic():
        connection = Connection.objects.create(type=kind, name=fields["name"], tags=fields["tags"])
        _hold(connection, fields["target_ids"])
    return connection


def change(
    connection: Connection,
    *,
    name: str | None = None,
    tags: Sequence[str] | None = None,
    target_ids: Sequence[str] | None = None,
    enabled: bool | None = None,
) -> Connection:
    """Changes what is given. Other units take effect in AWS when the stack is updated."""
    fields = check_fields(connection.type, name=name, target_ids=target_ids, tags=tags, connection=connection)
    with transaction.atomic():
        for field in ("name", "tags"):
            if field in fields:
                setattr(connection, field, fields[field])
        connection.save(update_fields=["name", "tags"])
        if "target_ids" in fields:
            _hold(connection, fields["target_ids"])
    if enabled is not None:
        switch(connection, enabled)
    return find(str(connection.id))


def switch(connection: Connection, enabled: bool) -> None:
    """Off: no further AWS call goes out, and what was running waits. On: it goes on from there."""
    with transaction.atomic():
        Connection.objects.filter(id=connection.id).update(enabled=enabled)
        (ledger.unhold if enabled else ledger.hold)(str(connection.id))
    connection.enabled = enabled
    if enabled and connection.status == Status.CONNECTED and ledger.active_run(str(connection.id)) is None:
        schedule.start_collecting(connection, trigger="person")


def connect(connection: Connection, role_arn: str) -> Run:
    """Starts the checks against `role_arn`. The same call tries again after a failure."""
    _refuse_when_off(connection)
    role = parsed_role(connection, role_arn)
    with transaction.atomic():
        if connection.status != Status.CONNECTED:  # a role that works is kept until another one is proven
            connection.status = Status.CONNECTING
            connection.role_arn = role.arn
            connection.save(update_fields=["status", "role_arn"])
        return schedule.start_connecting(connection, role.arn)


def retry(connection: Connection, account_id: str | None = None, *, identity_center: bool = False) -> Run:
    """Tries again what failed: the checks of a connection that failed, or the accounts and Identity Center that did."""
    _refuse_when_off(connection)
    if connection.status in (Status.FAILED, Status.CONNECTING):
        return schedule.start_connecting(connection, connection.role_arn)
    if connection.status == Status.DRAFT:
        raise _not_connected(connection)
    if account_id or identity_center:
        ids = [account_id] if account_id else []
        return schedule.start_retrying(connection, ids, identity_center=identity_center)
    center = connection.identity_center.get("status") in CENTER_TROUBLE
    return schedule.start_retrying(connection, failed_accounts(connection), identity_center=center)


def reprocess(connection: Connection) -> Run:
    """Collects again at once, or once more after the run that is under way."""
    _refuse_when_off(connection)
    if connection.status != Status.CONNECTED:
        raise _not_connected(connection)
    return schedule.start_collecting(connection, trigger="person")


def check_gone(connection: Connection) -> Run:
    """Asks every role that once answered whether it still does; to be called when the stack was deleted."""
    _refuse_when_off(connection)
    if not connection.role_arn:
        raise NotReady(
            "nothing_deployed",
            f"`{connection.name}` never had a role",
            "there is nothing to check: remove it",
        )
    run = schedule.start_farewell(connection)
    if run.kind != schedule.FAREWELL:
        raise NotReady(
            "busy",
            f"`{connection.name}` is being collected, and another collection waits already",
            "check when both have ended",
        )
    return run


def rotate(arn: str, *, insist: bool = False) -> PlatformIdentity:
    """From now on templates trust `arn`. Stacks are updated one by one, and the program restarted under it."""
    before = platform.require()
    named = parse_principal_arn(arn, before.partition)
    if isinstance(named, Problem):
        raise Invalid({"arn": named})
    identity = PlatformIdentity(named.account_id, named.arn, named.partition, named.kind)
    if identity.personal and not insist:
        raise NotReady(
            "personal_identity",
            f"`{identity.arn}` is a person's own sign-in: templates would trust that person",
            "name a role of this machine's, or insist: ciem platform rotate --insist",
        )
    platform.store(identity)
    return identity


def remove(connection: Connection, data: Literal["keep", "purge"] = "keep") -> None:
    """Forgets the connection at once. What stands in AWS is the customer's to delete, and never in the way."""
    subject = str(connection.id)
    with transaction.atomic():
        ledger.forget(subject)
        connection.delete()
    shutil.rmtree(settings.STAGING_DIR / subject, ignore_errors=True)
    if data == "purge":
        remove_connection(settings.SNAPSHOTS_DIR, subject)
        forget(index_folder(settings.DATA_DIR), subject)
        analysing.forget(subject)
        ledger.forget(due.subject_of(subject))


def stack_facts(connection: Connection) -> dict[str, str]:
    """Lines to copy about this connection's stack."""
    facts = facts_of(connection)
    return {**facts, "events": f"aws cloudformation describe-stack-events --stack-name {facts['stack']}"}


def diagnose_stack(connection: Connection, pasted: str) -> list[dict[str, Any]]:
    """What a failed stack's pasted error means, the root of it first. Nothing is kept of it."""
    if not pasted.strip():
        problem = Problem(
            "error_missing",
            "there is no error yet",
            "paste the stack's error, or what `describe-stack-events` prints",
        )
        raise Invalid({"error": problem})
    failures = diagnose(pasted, **facts_of(connection))
    return [{**failure_record(failure), "title": KINDS[failure.code].title} for failure in failures]


def failed_accounts(connection: Connection) -> list[str]:
    """Accounts whose next try may go better. Suspended and closed ones are no failures."""
    return list(connection.accounts.filter(status__in=TROUBLE).values_list("account_id", flat=True))


def check_fields(
    kind: str,
    *,
    name: str | None = None,
    target_ids: Sequence[str] | None = None,
    tags: Sequence[str] | None = None,
    connection: Connection | None = None,
) -> dict[str, Any]:
    """The cleaned fields among those given, or `Invalid` with a problem for each that is wrong.

    `connection` is the one being changed: what it holds already is not taken. Also checks while one types.
    """
    cleaned: dict[str, Any] = {}
    if name is not None:
        cleaned["name"] = _clean_name(name)
    if target_ids is not None:
        cleaned["target_ids"] = _clean_targets(kind, target_ids)
    if tags is not None:
        cleaned["tags"] = _clean_tags(tags)
    wrong = {field: value for field, value in cleaned.items() if isinstance(value, Problem)}
    if wrong:
        raise Invalid(wrong)
    if target_ids is not None:
        _refuse_taken(cleaned["target_ids"], connection)
    return cleaned


def _clean_name(name: str) -> str | Problem:
    cleaned = " ".join(_printable(name).split())
    if not cleaned:
        return Problem("name_missing", "the name is empty", "type a name that people will recognise in lists")
    if len(cleaned) > MAX_NAME:
        return Problem("name_too_long", f"the name has {len(cleaned)} characters", f"use at most {MAX_NAME}")
    return cleaned


def _clean_tags(tags: Sequence[str]) -> list[str] | Problem:
    cleaned = list(dict.fromkeys(" ".join(_printable(tag).split()) for tag in tags if tag.strip()))
    if len(cleaned) > MAX_TAGS:
        return Problem("too_many_tags", f"there are {len(cleaned)} tags", f"use at most {MAX_TAGS}")
    if any(len(tag) > MAX_TAG for tag in cleaned):
        return Problem("tag_too_long", f"a tag is longer than {MAX_TAG} characters", "use shorter words")
    return cleaned


def _clean_targets(kind: str, target_ids: Sequence[str]) -> list[str] | Problem:
    if kind == Type.ACCOUNT:
        account = parse_account_id(" ".join(target_ids))
        return account if isinstance(account, Problem) else [account]
    targets = parse_targets(target_ids)
    return targets if isinstance(targets, Problem) else list(targets.ids)


def _printable(text: str) -> str:
    return "".join(
        character for character in text if unicodedata.category(character)[0] != "C" or character.isspace()
    )


def _refuse_taken(target_ids: Sequence[str], connection: Connection | None) -> None:
    others = Target.objects.filter(id__in=target_ids).select_related("connection")
    taken = others.exclude(connection=connection).first() if connection else others.first()
    if taken is not None:
        raise _taken(taken.id, taken.connection)
    inside = Account.objects.filter(
        account_id__in=target_ids, connection__type=Type.ORGANIZATION, connection__status=Status.CONNECTED
    ).exclude(status__in=[Account.Status.NOT_TARGETED, Account.Status.LEFT, Account.Status.CLOSED])
    account = inside.select_related("connection").first()
    if account is not None:
        raise Taken(
            f"account `{account.account_id}` is already read through the organization `{account.connection.name}`",
            "open that organization; there is nothing to connect singly",
            account.connection,
        )


def _taken(target_id: str, other: Connection) -> Taken:
    state = "is being set up as" if other.status == Status.DRAFT else "is already connected as"
    return Taken(
        f"`{target_id}` {state} `{other.name}`",
        "resume or discard that one; add other units of the same organization to it by Edit",
        other,
    )


def _hold(connection: Connection, target_ids: Sequence[str]) -> None:
    """Takes the targets, and lets go of those no longer wanted; the primary key settles a race."""
    connection.targets.exclude(id__in=target_ids).delete()
    held = set(connection.targets.values_list("id", flat=True))
    try:
        with transaction.atomic():
            for position, target_id in enumerate(target_ids):
                if target_id in held:
                    connection.targets.filter(id=target_id).update(position=position)
                else:
                    connection.targets.create(id=target_id, position=position)
    except IntegrityError:
        _refuse_taken(target_ids, connection)
        raise


def parsed_role(connection: Connection, role_arn: str) -> RoleArn:
    """What was pasted as the role, or `Invalid` with the place of the right one."""
    stored = platform.require()
    account = connection.targets.all()[0].id if connection.type == Type.ACCOUNT else None
    role = parse_role_arn(role_arn, expected_account=account, expected_partition=stored.partition)
    if isinstance(role, Problem):
        raise Invalid({"role_arn": role})
    return role


def _refuse_when_off(connection: Connection) -> None:
    if not connection.enabled:
        raise NotReady(
            "switched_off",
            f"`{connection.name}` is switched off",
            "switch it on first: no call is made while it is off",
        )


def _not_connected(connection: Connection) -> NotReady:
    return NotReady(
        "not_connected",
        f"`{connection.name}` is not connected yet",
        "finish connecting it: deploy the template, then give its RoleArn",
    )


def _as_uuid(reference: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(reference)
    except ValueError:
        return None
