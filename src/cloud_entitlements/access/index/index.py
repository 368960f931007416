"""One snapshot, asked about everybody in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cloud_entitlements.access.answers import Permissions, Someone, WhoCan
from cloud_entitlements.access.can import Answered, Asker, Question, check_action, owner_of
from cloud_entitlements.access.index.actions import Actions, actions_of_all
from cloud_entitlements.access.index.others import others
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.access.index.varying import Accounts
from cloud_entitlements.access.index.who import Searcher, Sought
from cloud_entitlements.access.organization import Organization
from cloud_entitlements.access.permissions import permissions_of
from cloud_entitlements.inventory.layers import AUTHORIZATION_DETAILS
from cloud_entitlements.policy.catalogue import known_action
from cloud_entitlements.policy.profiles import LASTING


class AccessIndex:
    """Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._store = Store(path)
        self._asker = Asker(self._store.organization)
        self._searcher = Searcher(self._store, self._asker, Accounts(self._store))

    @property
    def organization(self) -> Organization:
        return self._store.organization

    def close(self) -> None:
        self._store.close()

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
        assume: tuple[str, ...] = (),
    ) -> WhoCan:
        """Raises MalformedRequest for what is no question."""
        check_action(action)
        known = owner or owner_of(resource, self.organization)
        sought = Sought(action, resource, known, context, assume)
        groups = self._searcher.groups(sought)
        # of credentials that only users have, nothing is assumed of others
        asked = replace(sought, assume=tuple(one for one in assume if one not in LASTING))
        beyond, notes = others(self._store, self._asker, asked.by("anonymous"))
        unknown = () if known_action(action) else (f"unknown action `{action}`",)
        warnings = (*unknown, *notes)
        return WhoCan(
            action,
            resource,
            known,
            groups,
            tuple(beyond),
            warnings,
            self._store.someone,
            self._accounts_not_read,
        )

    @cached_property
    def _accounts_not_read(self) -> tuple[str, ...]:
        organization = self.organization
        listed = {one for one, row in organization.accounts.items() if row["state"] != "CLOSED"}
        read = {
            owner: outcome
            for (owner, part), outcome in organization.collected.items()
            if part == AUTHORIZATION_DETAILS
        }
        return tuple(
            sorted(one for one in listed | read.keys() if read.get(one, "missing") in ("missing", "partial"))
        )

    def people(self, ids: Iterable[int]) -> list[Someone]:
        """Identities by their numbers, sorted by account, then ARN."""
        return self._store.someone(list(ids))

    def numbers(self, arns: Sequence[str]) -> dict[str, int]:
        """Of the identities that are in it, by ARN."""
        return self._store.numbers_by_arn(arns)

    def actions_of_all(self) -> Iterator[Actions]:
        """What everybody may do, as sets of actions; see `actions.py` for what they leave out."""
        return actions_of_all(self._store)

    def permissions_of(self, principal: str, service: str | None = None) -> Permissions:
        """Raises MalformedRequest, NotFound."""
        return permissions_of(self._asker, principal, service, self._store.naming)
