"""A user who may change its own keys, password and MFA devices gains nothing by it: AWS's own example lets users do so."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cloud_entitlements.access import Organization
from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import statements
from cloud_entitlements.policy.document import Element

_ITSELF, _NO_USER = "user/${aws:username}", ":mfa/"


@lru_cache(1)
def credentials() -> int:
    """Actions on credentials. Those that give a user permissions are none: they would serve itself."""
    return actions(
        "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential",
        "iam:DeactivateMFADevice", "iam:ResetServiceSpecificCredential", "iam:UpdateLoginProfile",
        "iam:UploadSSHPublicKey", "iam:UploadSigningCertificate",
    )  # fmt: skip


def own_credentials(grants: Iterable[Giving], organization: Organization) -> int:
    """Actions that it is given on its own user, and on nobody else's."""
    own, others = 0, 0
    for grant in grants:
        those = grant.actions & credentials()
        if those and _is_about_itself(grant, organization):
            own |= those
        else:
            others |= those
    return own & ~others


def _is_about_itself(grant: Giving, organization: Organization) -> bool:
    found = [one for one in statements(organization, grant.document) or () if one.number == grant.statement]
    return bool(found) and all(_names_itself(one.resources) for one in found)


def _names_itself(resources: Element | None) -> bool:
    """Beside its user, perhaps, an MFA device: what else there is are no users."""
    if resources is None or resources.negated:
        return False
    return all(one.lower().endswith(_ITSELF) or _NO_USER in one.lower() for one in resources.patterns)
