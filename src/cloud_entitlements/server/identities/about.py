"""One identity with its snapshot and index: what its page tells beyond the read model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from cloud_entitlements.access import AccessIndex
from cloud_entitlements.access.flow import Flow, flow_of, root_flow
from cloud_entitlements.criteria.facts import one_subject
from cloud_entitlements.criteria.reaches import reach_of
from cloud_entitlements.criteria.subject import Subject
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access.opened import Opening, opening
from cloud_entitlements.server.access.pages import PATIENCE_SECONDS
from cloud_entitlements.server.connections.refusals import NotFound
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.identities.one import One
from cloud_entitlements.server.identities.parts import Part, Parts, part, parts_of


@dataclass(frozen=True, slots=True)
class About:
    one: One
    snapshot: Snapshot
    index: AccessIndex
    subject: Subject
    parts: Parts
    now: datetime
    """When the snapshot was made: ages are counted from it."""
    flow: Flow

    def part(self, name: str) -> Part:
        return part(self.parts, name)


def look_up(one: One) -> About | Opening:
    """Opening: the index is being made, which takes longer than a page waits. Raises NotFound, NotReady."""
    snapshot = _snapshot(one.analysis)
    way = opening(snapshot)
    index = way.within(PATIENCE_SECONDS)
    if index is None:
        return way
    subject = one_subject(snapshot, one.row.arn)
    if subject is None:
        raise NotFound(
            "the snapshot does not have it: its account was read in part",
            "see the gaps for what was missing; what is shown was true when it was read last",
        )
    reached = replace(subject, reach=reach_of(index, subject))
    parts = parts_of(snapshot, one.row.account_id)
    flow = _flow(index, snapshot, reached)
    return About(one, snapshot, index, reached, parts, one.analysis.collected_at, flow)


def _flow(index: AccessIndex, snapshot: Snapshot, subject: Subject) -> Flow:
    organization, account = index.organization, subject.account_id
    if subject.type == "root":
        return root_flow(organization, subject.arn, account)
    members = None
    if subject.type == "group":
        wanted = set(subject.members)
        rows = snapshot.rows("users", account_id=account)
        members = sorted(row["arn"] for row in rows if row["name"] in wanted)
    return flow_of(organization, subject.arn, account, subject.policies, subject.boundary, members)


def _snapshot(analysis: Analysis) -> Snapshot:
    """The one that the rows are of, though a newer may wait to be judged."""
    folder = settings.SNAPSHOTS_DIR / analysis.connection_id / analysis.snapshot_id
    try:
        return Snapshot.open(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotFound(
            "the snapshot that it was judged by is not there any more",
            "wait until the latest one is judged: it takes seconds, or a minute or two in a large organization",
        ) from error
