"""Who is left out by default, visibly: identities that AWS or this product made, and nobody can mend by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloud_entitlements.criteria.external_id import asks_external_id
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy.document import Statement


@dataclass(frozen=True, slots=True)
class Exemption:
    id: str
    why: str


SERVICE_LINKED = Exemption(
    "service_linked", "service-linked: AWS alone can change its policies, and control policies don't hold it"
)
IDENTITY_CENTER = Exemption(
    "identity_center", "made by Identity Center: its permission set is what can be changed"
)
STACKSETS = Exemption("stacksets", "made by CloudFormation StackSets to deploy with trusted access")
CONTROL_TOWER = Exemption("control_tower", "made by Control Tower, which needs it and restores it")
OURS = Exemption("ours", "the role that this product reads with")
EXEMPTIONS = (SERVICE_LINKED, IDENTITY_CENTER, STACKSETS, CONTROL_TOWER, OURS)

OUR_PATH = "/cloud-entitlements/"
"""Of the roles that the template makes, unless its parameter says otherwise."""
_STACKSETS_NAME = "stacksets-exec-"
_STACKSETS_TRUST = "/aws-service-role/stacksets.cloudformation.amazonaws.com/"
_CONTROL_TOWER_NAME = "aws-controltower-"
_CONTROL_TOWER: Mapping[str, str] = {
    "AWSControlTowerExecution": "",
    "AWSControlTowerAdmin": "controltower.amazonaws.com",
    "AWSControlTowerStackSetRole": "cloudformation.amazonaws.com",
    "AWSControlTowerCloudTrailRole": "cloudtrail.amazonaws.com",
    "AWSControlTowerConfigAggregatorRoleForOrganizations": "config.amazonaws.com",
    "aws-controltower-ConfigRecorderRole": "config.amazonaws.com",
    "aws-controltower-ForwardSnsNotificationRole": "lambda.amazonaws.com",
    "aws-controltower-AuditAdministratorRole": "lambda.amazonaws.com",
    "aws-controltower-AuditReadOnlyRole": "lambda.amazonaws.com",
}
"""The service that each of them trusts ("How AWS Control Tower works with roles"); the others trust none."""
_Trusted = Callable[[str, str, Around], bool]
"""Of a principal's type and value."""


def exemption(subject: Subject, around: Around) -> Exemption | None:
    """None: it is judged. Two paths are AWS's own, where nobody else can make a role; a name, anybody can take: there the
    trust policy must say the same.
    """
    if subject.type != "role":
        return None
    if subject.path.startswith("/aws-service-role/"):
        return SERVICE_LINKED
    if subject.path.startswith("/aws-reserved/sso.amazonaws.com/"):
        return IDENTITY_CENTER
    if subject.path == OUR_PATH:
        return OURS if _asks_external_id(subject, around) else None
    return _by_name(subject, around)


def _by_name(subject: Subject, around: Around) -> Exemption | None:
    if subject.name.startswith(_STACKSETS_NAME):
        return STACKSETS if _trusts_only(subject, around, _is_stacksets) else None
    if subject.name in _CONTROL_TOWER or subject.name.startswith(_CONTROL_TOWER_NAME):
        service = _CONTROL_TOWER.get(subject.name, "")
        return CONTROL_TOWER if _trusts_only(subject, around, _is_control_tower(service)) else None
    return None


def _allowing(subject: Subject, around: Around) -> list[Statement]:
    return [one for one in around.statements(subject.trust) or () if one.effect == "Allow"]


def _trusts_only(subject: Subject, around: Around, trusted: _Trusted) -> bool:
    statements = _allowing(subject, around)
    return bool(statements) and all(
        one.principals is not None
        and not one.principals.negated
        and all(trusted(kind, value, around) for kind, value in one.principals.entries)
        for one in statements
    )


def _is_manager(value: str, around: Around) -> bool:
    manager = around.organization.management_account
    return bool(manager) and account_in(value) == manager


def _is_stacksets(kind: str, value: str, around: Around) -> bool:
    """The service-linked role of StackSets in the management account, which nobody else can be."""
    return kind == "AWS" and _is_manager(value, around) and f":role{_STACKSETS_TRUST}" in value


def _is_control_tower(service: str) -> _Trusted:
    """The management account, its role's one service, or a role of Control Tower's in another account of the organization."""

    def trusted(kind: str, value: str, around: Around) -> bool:
        if kind == "Service":
            return bool(service) and value == service
        known = account_in(value) in around.organization.accounts
        own = known and value.rpartition("/")[2].startswith(_CONTROL_TOWER_NAME)
        return kind == "AWS" and (_is_manager(value, around) or own)

    return trusted


def _asks_external_id(subject: Subject, around: Around) -> bool:
    """Of accounts that it names: the template's trust policy has no other form."""
    return _trusts_only(subject, around, lambda kind, value, _around: kind == "AWS" and value != "*") and all(
        asks_external_id(statement) for statement in _allowing(subject, around)
    )


def account_in(principal: str) -> str:
    """The account that a principal element of type AWS names; empty for `*` and unique ids."""
    if principal.isdigit():
        return principal
    parts = principal.split(":", 5)
    return parts[4] if len(parts) > 4 else ""  # noqa: PLR2004
