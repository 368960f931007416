"""Who is left out by default, visibly: identities that AWS or this product made, and nobody can mend by hand."""

from __future__ import annotations

from dataclasses import dataclass

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
_CONTROL_TOWER_NAMES = (
    "AWSControlTowerExecution",
    "AWSControlTowerAdmin",
    "AWSControlTowerStackSetRole",
    "AWSControlTowerCloudTrailRole",
    "AWSControlTowerConfigAggregatorRoleForOrganizations",
)


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
    found = _by_name(subject)
    if found is OURS:
        return found if _asks_external_id(subject, around) else None
    return found if found and _trusts_management_alone(subject, around) else None


def _by_name(subject: Subject) -> Exemption | None:
    if subject.name.startswith("stacksets-exec-"):
        return STACKSETS
    if subject.name in _CONTROL_TOWER_NAMES or subject.name.startswith("aws-controltower-"):
        return CONTROL_TOWER
    return OURS if subject.path == OUR_PATH else None


def _allowing(subject: Subject, around: Around) -> list[Statement]:
    return [one for one in around.statements(subject.trust) or () if one.effect == "Allow"]


def _trusts_management_alone(subject: Subject, around: Around) -> bool:
    """Services of AWS, and the organization's management account."""
    manager = around.organization.management_account
    statements = _allowing(subject, around)
    return bool(statements) and all(
        statement.principals is not None
        and not statement.principals.negated
        and all(
            kind == "Service" or (kind == "AWS" and bool(manager) and account_in(value) == manager)
            for kind, value in statement.principals.entries
        )
        for statement in statements
    )


def _asks_external_id(subject: Subject, around: Around) -> bool:
    statements = _allowing(subject, around)
    return bool(statements) and all(
        any(one.key.lower() == "sts:externalid" for one in statement.conditions) for statement in statements
    )


def account_in(principal: str) -> str:
    """The account that a principal element of type AWS names; empty for `*` and unique ids."""
    if principal.isdigit():
        return principal
    parts = principal.split(":", 5)
    return parts[4] if len(parts) > 4 else ""  # noqa: PLR2004
