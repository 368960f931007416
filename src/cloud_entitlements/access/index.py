"""One snapshot, asked about everybody in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.answers import Group, Permissions, Someone, WhoCan
from cloud_entitlements.access.can import Answered, Asker, Question
from cloud_entitlements.access.organization import Organization
from cloud_entitlements.policy import Decision


class AccessIndex:
    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self._asker = Asker(organization)
        self._people = sorted(_everybody(organization), key=lambda one: (one.account_id, one.arn))

    def can(self, question: Question) -> Answered:
        """Raises MalformedRequest for what is no question, NotFound for a principal that is not there."""
        return self._asker.can(question)

    def evaluate_many(self, questions: Iterable[Question]) -> Iterator[Answered]:
        """In the order of the questions."""
        return (self.can(one) for one in questions)

    def who_can(
        self,
        action: str,
        resource: str = "*",
        owner: str | None = None,
        context: Mapping[str, tuple[str, ...]] | None = None,
    ) -> WhoCan:
        """Raises MalformedRequest for what is no question."""
        found: dict[Any, list[tuple[int, Decision]]] = defaultdict(list)
        for number, one in enumerate(self._people):
            decision = self.can(Question(one.arn, action, resource, owner, context)).decision
            if decision.outcome != "denied":
                found[decision.outcome, decision.residual, decision.incomplete].append((number, decision))
        groups = [
            Group(FrozenBitMap(BitMap(number for number, _ in those)), those[0][1])
            for those in found.values()
        ]
        return WhoCan(action, resource, owner, tuple(groups), (), (), self._look_up)

    def permissions_of(self, principal: str, service: str | None = None) -> Permissions:
        """Raises MalformedRequest, NotFound."""
        raise NotImplementedError

    def _look_up(self, ids: Sequence[int]) -> Sequence[Someone]:
        return [self._people[one] for one in ids]


def _everybody(organization: Organization) -> Iterator[Someone]:
    for one in organization.identities.values():
        yield Someone(one.arn, one.type, one.account_id, one.name)
    accounts = {one.account_id for one in organization.identities.values()} | organization.accounts.keys()
    for account in accounts:
        yield Someone(f"arn:aws:iam::{account}:root", "root", account, "root")
