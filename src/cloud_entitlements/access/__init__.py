"""Answers over a snapshot. See README.md beside this file."""

from cloud_entitlements.access.can import Answered, Asker, Question
from cloud_entitlements.access.errors import CannotAnswer, NoSnapshot, NotFound
from cloud_entitlements.access.organization import Organization, read_organization

__all__ = [
    "Answered",
    "Asker",
    "CannotAnswer",
    "NoSnapshot",
    "NotFound",
    "Organization",
    "Question",
    "read_organization",
]
