"""Service and resource control policies of an account: level by level from the root down (SCP-01, RCP-01)."""

from __future__ import annotations

from typing import Literal

from cloud_entitlements.access.organization import Organization
from cloud_entitlements.inventory.layers import ORGANIZATION, ORGANIZATION_POLICIES
from cloud_entitlements.policy import UNREAD
from cloud_entitlements.policy.stack import Levels, Unread

ControlType = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
SCP: ControlType = "SERVICE_CONTROL_POLICY"
RCP: ControlType = "RESOURCE_CONTROL_POLICY"


class Controls:
    """The control policies of one organization, gathered once; an account's levels are put together when asked for."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self._levels: dict[tuple[str, ControlType], Levels] = {}

    def of(self, account_id: str | None, type_: ControlType) -> Levels:
        """None: none hold here. UNREAD: they may, and were not read; of an account that is not known, always."""
        if account_id is None:
            return None if self.organization.standalone else UNREAD
        key = (account_id, type_)
        if key not in self._levels:
            self._levels[key] = self._read(account_id, type_)
        return self._levels[key]

    def _read(self, account_id: str, type_: ControlType) -> Levels:
        found = attached_levels(self.organization, account_id, type_)
        return (
            tuple(self.organization.policies(level) for level in found) if isinstance(found, tuple) else found
        )


Attached = tuple[tuple[str, ...], ...]
"""SHA-256 of what is attached, from the root down to the account."""


def attached_levels(
    organization: Organization, account_id: str, type_: ControlType
) -> Attached | Unread | None:
    """None: none hold there; UNREAD: they may, and were not read."""
    if organization.standalone:
        return None
    if account_id not in organization.accounts or not organization.was_read(
        ORGANIZATION, ORGANIZATION_POLICIES
    ):
        return UNREAD
    switched_on = organization.control_types.get(type_, False)
    if account_id == organization.management_account or switched_on is False:
        return None
    if switched_on is None:
        return UNREAD
    return tuple(
        tuple(organization.control_policies.get((type_, node), ())) for node in organization.nodes(account_id)
    )
