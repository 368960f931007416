"""One snapshot, asked about everybody in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from cloud_entitlements.access.answers import Permissions, Someone, WhoCan
from cloud_entitlements.access.can import Answered, Asker, Question, check_action, owner_of
from cloud_entitlements.access.errors import NotFound
from cloud_entitlements.access.index.actions import (
    Actions,
    ActionSets,
    actions_of_all,
    actions_of_one,
    actions_of_policies,
)
from cloud_entitlements.access.index.giving import Giving, Taking, giving, taking
from cloud_entitlements.access.index.others import others
from cloud_entitlements.access.index.reckoning import Documents, Reckoner
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.access.index.universe import action_set
from cloud_entitlements.access.index.varying import Accounts
from cloud_entitlements.access.index.who import Searcher, Sought
from cloud_entitlements.access.organization import Organization, Source, UserGroup
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
        self._documents = Documents(self._store)
        self._reckoner = Reckoner(self._store, self._documents)
        self._of_policies: dict[tuple[object, ...], ActionSets] = {}

    @property
    def organization(self) -> Organization:
        return self._store.organization

    @property
    def store(self) -> Store:
        """For the other folders of this room."""
        return self._store

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

    def actions_of(self, arn: str) -> ActionSets | None:
        """The same of one user, role or root; None: it is not in the snapshot."""
        return actions_of_one(self._store, self._reckoner, arn)

    def actions_of_policies(self, account_id: str, documents: Iterable[str | None]) -> ActionSets:
        """What a set of policies gives to whoever holds them in the account without a boundary: a group's, for instance.

        `documents`: SHA-256 of each; None: one that was not read.
        """
        held = frozenset(documents)
        key = (account_id, held)
        known = self._of_policies
        if key not in known:
            if len(known) >= _KEPT:
                # a new dict: another thread may be reading the old one
                known = self._of_policies = {}
            known[key] = actions_of_policies(self._reckoner, account_id, held)
        return known[key]

    def groups(self) -> Iterator[UserGroup]:
        """Of users, sorted by ARN: they are no principals, and in no set of identities."""
        return self._store.groups()

    def group(self, arn: str) -> UserGroup | None:
        return self._store.group(arn)

    def giving(self, arn: str, actions: int | Iterable[str]) -> tuple[Giving, ...]:
        """Statements of a user, role or group that allow some of the actions, whatever else denies them. Actions: a set
        as in `Actions`, or names and patterns. Raises NotFound.
        """
        holder = self._store.identity(arn) or self._store.group(arn)
        if holder is None:
            raise _nobody(arn)
        return giving(self._documents, holder.account_id, holder.policies, action_set(actions))

    def giving_of_policies(
        self, account_id: str, sources: Iterable[Source], actions: int | Iterable[str]
    ) -> tuple[Giving, ...]:
        """The same of a set of policies held in an account."""
        return giving(self._documents, account_id, sources, action_set(actions))

    def taking(self, arn: str, actions: int | Iterable[str]) -> tuple[Taking, ...]:
        """What keeps a user, role or group from some of the actions, always or at times, from its own policies to the
        control policies above. Raises NotFound.
        """
        holder = self._store.identity(arn) or self._store.group(arn)
        if holder is None:
            raise _nobody(arn)
        return taking(self._documents, self.organization, holder, action_set(actions))

    def permissions_of(self, principal: str, service: str | None = None) -> Permissions:
        """Raises MalformedRequest, NotFound."""
        return permissions_of(self._asker, principal, service, self._store.naming)


_KEPT = 2_000
"""Sets of policies whose actions stay reckoned: about 8 KB each."""


def _nobody(arn: str) -> NotFound:
    return NotFound(
        f"`{arn}` is no user, role or group of the snapshot", "check the spelling and the path in it"
    )
