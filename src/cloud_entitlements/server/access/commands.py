"""What page and API ask of a snapshot, as plain functions; each raises the refusals that both show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.access import (
    AccessIndex,
    Answered,
    CannotAnswer,
    Permissions,
    Question,
    WhoCan,
)
from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import PolicyProblem
from cloud_entitlements.policy.cases import answer
from cloud_entitlements.server.access.opened import opened
from cloud_entitlements.server.access.question import About, Reading
from cloud_entitlements.server.access.snapshots import choose
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady

MOST_CASES = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A snapshot, and its index."""

    snapshot: Snapshot
    index: AccessIndex


def ask(connection_id: str | None = None) -> Asked:
    """Waits for the index, within limits. Raises NotReady, NotFound."""
    snapshot = choose(connection_id).snapshot
    index = opened(snapshot)
    if index is None:
        text = "the snapshot is being opened for the first time, which takes a while in a large organization"
        raise NotReady("opening", text, "ask again in a minute")
    return Asked(snapshot, index)


def evaluate(cases: Sequence[Any], *, explained: bool) -> list[dict[str, Any]]:
    """Each case with its policies, as `ciem evaluate` answers; a malformed one answers with its error."""
    if len(cases) > MOST_CASES:
        text = f"{len(cases)} cases are more than the {MOST_CASES} that one call takes"
        raise Invalid({"cases": Problem("too_many", text, "send them in parts, or use `ciem evaluate`")})
    return [answer(case, explained=explained) for case in cases]


def can(index: AccessIndex, question: Question) -> Answered:
    """Raises Invalid, NotFound."""
    try:
        return index.can(question)
    except CannotAnswer as lost:
        raise NotFound(lost.text, lost.fix) from lost
    except PolicyProblem as wrong:
        raise _malformed(wrong) from wrong


def who_can(index: AccessIndex, asked: About) -> WhoCan:
    """Raises Invalid."""
    try:
        return index.who_can(asked.action, asked.resource, asked.owner, asked.context)
    except PolicyProblem as wrong:
        raise _malformed(wrong) from wrong


def permissions(index: AccessIndex, principal: str, service: str | None = None) -> Permissions:
    """Raises Invalid, NotFound."""
    read = Reading()
    principal, service = read.principal(principal.strip()), read.service(service)
    read.end()
    try:
        return index.permissions_of(principal, service)
    except CannotAnswer as lost:
        raise NotFound(lost.text, lost.fix) from lost
    except PolicyProblem as wrong:
        raise _malformed(wrong, "principal") from wrong


def _malformed(wrong: PolicyProblem, field: str = "question") -> Invalid:
    return Invalid({field: Problem("malformed", str(wrong), "see docs/how-to/ask-access.md for questions")})
