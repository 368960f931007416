"""What stands between an identity's policies and what it may do: what is not known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloud_entitlements.access.control import SCP, attached_levels
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy import UNREAD


def unread_limits(subject: Subject, around: Around) -> Iterator[Evidence]:
    """It is judged as if they allowed everything, and says so."""
    organization = around.organization
    if subject.boundary is not None and around.statements(organization.managed.get(subject.boundary)) is None:
        yield Evidence(f"its boundary `{subject.boundary}` was not read, and may stop it")
    if attached_levels(organization, subject.account_id, SCP) is UNREAD:
        yield Evidence("the control policies of its account were not read, and may stop it")


def stopped_by(takers: Iterable[str]) -> str:
    """In words: `stopped by boundary …, SCP …`."""
    return f"stopped by {several(takers) or 'its boundary or a control policy'}"
