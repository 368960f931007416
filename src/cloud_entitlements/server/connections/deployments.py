"""Which template the deployed roles were made from, and what the update would add; read from a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloud_entitlements.aws.deployed import DeployedRole, deployment, read_role
from cloud_entitlements.aws.pasted import RoleArn
from cloud_entitlements.aws.template import TEMPLATE_VERSION, update_command
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections.knowledge import template_input
from cloud_entitlements.server.connections.models import Connection


def deployment_record(connection: Connection, role: RoleArn, snapshot: Snapshot) -> dict[str, Any]:
    """Empty when no role of ours was found, e.g. because IAM could not be read anywhere."""
    roles = list(_roles(role, snapshot))
    if not roles:
        return {}
    organization = connection.type == Connection.Type.ORGANIZATION
    refusals = [gap["message"] for gap in snapshot.rows("gaps", account_id="organization")]
    found = deployment(roles, connection.management_account_id if organization else None, refusals)
    return {
        "current": TEMPLATE_VERSION,
        "found": dict(found.found),
        "missing": [
            {
                "action": one.permission.action,
                "purpose": one.permission.purpose,
                "collectors": list(one.collectors),
                "accounts": one.accounts,
            }
            for one in found.missing
        ],
        "trusts": list(found.trusts),
        "update": update_command(template_input(connection)) if found.outdated else "",
    }


def _roles(role: RoleArn, snapshot: Snapshot) -> Iterator[DeployedRole]:
    rows = [row for row in snapshot.rows("roles", name=role.name) if row["path"] == role.path]
    wanted = {row["trust"] for row in rows} | {one["document"] for row in rows for one in row["inline"] or []}
    documents = {sha: row["text"] for sha in wanted if sha for row in snapshot.rows("documents", sha256=sha)}
    yield from (read_role(row, documents) for row in rows)
