"""What the product knows of a connection besides AWS's answers: it fills the texts, and narrows the causes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings

from cloud_entitlements.aws.narrowing import Evidence
from cloud_entitlements.aws.pasted import RoleArn
from cloud_entitlements.aws.template import (
    Names,
    TemplateInput,
    deploy_command,
    names,
    outputs_command,
    update_command,
)
from cloud_entitlements.server.connections import platform
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.records import page_url, when

ORGANIZATION = Connection.Type.ORGANIZATION
VALUES = ("ExternalId", "PlatformAccountId", "PlatformPrincipalArn")


def template_names(connection: Connection) -> Names:
    """The stack, its StackSet, the role and the file, as this connection's template names them."""
    return names(connection.suffix)


def template_input(connection: Connection) -> TemplateInput:
    stored = platform.require()
    named = template_names(connection)
    return TemplateInput(
        kind="organization" if connection.type == ORGANIZATION else "account",
        external_id=connection.external_id,
        platform_principal_arn=stored.arn,
        platform_account_id=stored.account_id,
        partition=stored.partition,
        target_ids=tuple(target.id for target in connection.targets.all()),
        role_name=named.role_name,
        role_path=named.role_path,
        suffix=connection.suffix,
    )


def update_line(given: TemplateInput) -> str:
    """Brings a stack to the template as it is now, whatever its parameters were before."""
    return update_command(given, *VALUES, *(["TargetIds"] if given.kind == "organization" else []))


def facts_of(connection: Connection) -> dict[str, str]:
    given = template_input(connection)
    named = template_names(connection)
    return {
        "account": given.target_ids[0] if given.kind == "account" else connection.management_account_id,
        "name": named.role_name,
        "path": named.role_path,
        "stack": named.stack_name,
        "stackset": named.stackset_name,
        "external_id": given.external_id,
        "platform_arn": given.platform_principal_arn,
        "platform_account": given.platform_account_id,
        "targets": ",".join(given.target_ids),
        "manager": connection.management_account_id,
        "organization": connection.organization_id or "",
        "deploy": deploy_command(given),
        "update": update_line(given),
        "outputs": outputs_command(given),
        "role": connection.role_arn,
        "url": page_url(connection),
        "folder": str(settings.DATA_DIR),
    }


def evidence_of(connection: Connection, role: RoleArn) -> Evidence:
    named = template_names(connection)
    answered = connection.proven_at if connection.role_arn == role.arn else None
    others = Connection.objects.exclude(id=connection.id).only("name", "suffix")
    return Evidence(
        role=role,
        platform=platform.require(),
        expected_name=named.role_name,
        expected_path=named.role_path,
        organization=connection.type == ORGANIZATION,
        facts={name: text for name, text in facts_of(connection).items() if name not in asdict(role)},
        other_connections={names(other.suffix).role_name: other.name for other in others},
        answered_until=when(answered) or "",
        identity_changed=_identity_changed(connection),
        previous_arn=platform.previous_arn(),
    )


def trusted_instead(connection: Connection) -> list[str]:
    """Whom the deployed roles trusted when they were read last; empty when it is the platform's identity alone."""
    trusts: list[str] = connection.deployment.get("trusts", [])
    return [] if trusts == [platform.require().arn] else trusts


def _identity_changed(connection: Connection) -> str:
    changed = platform.changed_at()
    if connection.deployment.get("trusts"):
        return (when(changed) or "") if trusted_instead(connection) else ""
    since = connection.proven_at or connection.template_seen_at
    return (when(changed) or "") if changed and since and changed > since else ""


def member_facts(connection: Connection, role: RoleArn, account_id: str, region: str) -> dict[str, Any]:
    own = {"account": account_id, "name": role.name, "path": role.path, "region": region}
    return {**facts_of(connection), **own, "role": role.in_account(account_id)}
