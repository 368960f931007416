"""Answers over a snapshot. See README.md beside this file."""

from cloud_entitlements.access.answers import CERTAINTIES, Group, Permission, Permissions, Someone, WhoCan
from cloud_entitlements.access.can import Answered, Asker, Question
from cloud_entitlements.access.errors import CannotAnswer, Damaged, NoSnapshot, NotFound
from cloud_entitlements.access.index import AccessIndex, Actions, ActionSets, Giving, Taking
from cloud_entitlements.access.opening import forget, open_index
from cloud_entitlements.access.organization import (
    Identity,
    Organization,
    Source,
    UserGroup,
    read_organization,
)
from cloud_entitlements.access.people import (
    AccountAccess,
    Directory,
    DirectoryGroup,
    DirectoryUser,
    RoleState,
    read_directory,
)

__all__ = [
    "CERTAINTIES",
    "AccessIndex",
    "AccountAccess",
    "ActionSets",
    "Actions",
    "Answered",
    "Asker",
    "CannotAnswer",
    "Damaged",
    "Directory",
    "DirectoryGroup",
    "DirectoryUser",
    "Giving",
    "Group",
    "Identity",
    "NoSnapshot",
    "NotFound",
    "Organization",
    "Permission",
    "Permissions",
    "Question",
    "RoleState",
    "Someone",
    "Source",
    "Taking",
    "UserGroup",
    "WhoCan",
    "forget",
    "open_index",
    "read_directory",
    "read_organization",
]
