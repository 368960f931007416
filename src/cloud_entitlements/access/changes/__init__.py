"""The difference of two snapshots: who came and went, what they gained and lost, and what made it so."""

from cloud_entitlements.access.changes.compared import changes
from cloud_entitlements.access.changes.found import (
    STATUSES,
    AccountChange,
    ActionChange,
    BoundaryChange,
    Changes,
    ControlChange,
    IdentityChange,
    PolicyChange,
    TagChange,
    TrustChange,
)

__all__ = [
    "STATUSES",
    "AccountChange",
    "ActionChange",
    "BoundaryChange",
    "Changes",
    "ControlChange",
    "IdentityChange",
    "PolicyChange",
    "TagChange",
    "TrustChange",
    "changes",
]
