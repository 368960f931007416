"""AWS Organizations: who manages which account, and the control policies above one.

moto keeps one backend an organization, at its management account. Mended here: member accounts may describe
the organization and nothing else; `Account.state` beside `status`; ids that a seed chooses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.organizations.models import organizations_backends

from cloud_entitlements.simulator.policies import Request, Statement, decide, statements

PARTITION = "aws"
SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"


def management_account(account_id: str) -> str | None:
    """The account that manages the organization of `account_id`; None when it is in none."""
    if organizations_backends[account_id][PARTITION].org is not None:
        return account_id
    owner = organizations_backends.master_accounts.get(account_id)
    return owner[0] if owner else None


def backend_of(account_id: str) -> Any | None:
    manager = management_account(account_id)
    return organizations_backends[manager][PARTITION] if manager else None


def organization_id(account_id: str) -> str | None:
    backend = backend_of(account_id)
    return backend.org.id if backend else None


def account(account_id: str) -> Any | None:
    backend = backend_of(account_id)
    found = [a for a in backend.accounts if a.id == account_id] if backend else []
    return found[0] if found else None


def above(account_id: str) -> list[Any]:
    """The account and what it stands under, from the root down."""
    backend, node = backend_of(account_id), account(account_id)
    by_id = {unit.id: unit for unit in backend.ou} if backend else {}
    nodes: list[Any] = []
    while node is not None:
        nodes.append(node)
        node = by_id.get(getattr(node, "parent_id", ""))
    return nodes[::-1]


def below(backend: Any, target: str) -> Iterator[Any]:
    """Accounts under a root or unit, at any depth, without the management account."""
    ids = {target}
    while new := {unit.id for unit in backend.ou if getattr(unit, "parent_id", None) in ids} - ids:
        ids |= new
    return (a for a in backend.accounts if a.parent_id in ids and a.id != backend.org.master_account_id)


def denied_by(kind: str, account_id: str, request: Request) -> str | None:
    """`explicit deny` or `no` (nothing allows), or None when the control policies let the request through."""
    backend = backend_of(account_id)
    if backend is None or account_id == backend.org.master_account_id or not _switched_on(backend, kind):
        return None
    levels = [_attached(node, kind) for node in above(account_id)]
    verdicts = [decide(level, request, by_principal=kind == RCP) for level in levels]
    if "Deny" in verdicts:
        return "explicit deny"
    return None if all(verdict == "Allow" for verdict in verdicts) else "no"


def _switched_on(backend: Any, kind: str) -> bool:
    return any(kind == enabled["Type"] for enabled in backend.ou[0].policy_types)


def _attached(node: Any, kind: str) -> list[Statement]:
    return [
        statement
        for policy in node.attached_policies
        if policy.type == kind
        for statement in statements(policy.content)
    ]
