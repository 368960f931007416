"""Who signed a request: found by access key, with what the identity may do at that moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from moto.iam.models import get_account_id_from, iam_backends
from moto.sts.models import sts_backends

from cloud_entitlements.simulator.policies import Statement, statements

PARTITION = "aws"


class Unknown(Exception):
    """No such access key, or its role is gone."""


class Expired(Exception):
    """The session has ended."""


@dataclass(frozen=True, slots=True)
class Caller:
    account: str
    arn: str
    """Of the user, or of the role's session."""
    principal: str
    """Of the user or the role, with its path: `aws:PrincipalArn`."""
    identity_policies: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None
    key_id: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.arn, self.principal, self.account, f"arn:aws:iam::{self.account}:root"})


def identify(key_id: str) -> Caller:
    account = get_account_id_from(key_id)
    iam = iam_backends[account][PARTITION]
    session = sts_backends[account][PARTITION].get_assumed_role_from_access_key(key_id)
    if session is not None:
        return _session(account, iam, session, key_id)
    user = iam.get_user_from_access_key_id(key_id)
    if user is None:
        raise Unknown
    policies = [*user.managed_policies.values(), *user.policies.values(), *_of_groups(iam, user)]
    return Caller(account, user.arn, user.arn, _statements(policies), _boundary(iam, user), key_id)


def policies_of(arn: str) -> tuple[Statement, ...]:
    """Of a user, role or group, by its ARN."""
    iam = iam_backends[arn.split(":")[4]][PARTITION]
    entities = [*iam.users.values(), *iam.roles.values(), *iam.groups.values()]
    entity = next(found for found in entities if found.arn == arn)
    groups = _of_groups(iam, entity) if entity in iam.users.values() else []
    return _statements([*entity.managed_policies.values(), *entity.policies.values(), *groups])


def _session(account: str, iam: Any, session: Any, key_id: str) -> Caller:
    role = next((role for role in iam.roles.values() if role.arn == session.role_arn), None)
    if role is None:
        raise Unknown
    if session.expiration.replace(tzinfo=dt.UTC) < dt.datetime.now(dt.UTC):
        raise Expired
    policies = [*role.managed_policies.values(), *role.policies.values()]
    return Caller(account, session.arn, role.arn, _statements(policies), _boundary(iam, role), key_id)


def _of_groups(iam: Any, user: Any) -> list[Any]:
    groups = [group for group in iam.groups.values() if user in group.users]
    return [
        policy for group in groups for policy in [*group.managed_policies.values(), *group.policies.values()]
    ]


def _boundary(iam: Any, entity: Any) -> tuple[Statement, ...] | None:
    arn = getattr(entity, "permissions_boundary_arn", None) or getattr(entity, "permissions_boundary", None)
    arn = arn.get("PermissionsBoundaryArn") if isinstance(arn, dict) else arn
    if not arn:
        return None
    try:
        return _statements([iam.managed_policies[arn]])
    except KeyError:
        return ()


def _statements(policies: list[Any]) -> tuple[Statement, ...]:
    return tuple(statement for policy in policies for statement in statements(_document(policy)))


def _document(policy: Any) -> Any:
    if hasattr(policy, "versions"):
        return next(v.document for v in policy.versions if v.version_id == policy.default_version_id)
    return policy
