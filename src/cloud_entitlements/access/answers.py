"""What a question over a whole organization comes to. Sets of identities are disjoint, and say what they are sure of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.policy import Decision

Certainty = Literal["certain", "conditional", "incomplete"]
CERTAINTIES: tuple[Certainty, ...] = ("certain", "conditional", "incomplete")


_PIECE = 1_000
"""Identities that are looked up at once: a group may be a million."""


@dataclass(frozen=True, slots=True)
class Someone:
    """An identity of the snapshot, as lists show it."""

    arn: str
    type: Literal["user", "role", "root"]
    account_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Identities that the policies treat alike: one decision holds for all of them."""

    ids: FrozenBitMap
    """Numbers of identities in the index."""
    decision: Decision
    """Of one of them: outcome, condition and what was not read are the same for each."""

    @property
    def certainty(self) -> Certainty:
        if self.decision.outcome == "allowed":
            return "certain"
        return "incomplete" if self.decision.incomplete else "conditional"


@dataclass(frozen=True)
class WhoCan:
    """Who is not in it can't, for certain."""

    action: str
    resource: str
    owner: str | None
    """Account of the resource; None: not known, or each caller's own."""
    groups: tuple[Group, ...]
    """The surest first, then the largest."""
    others: tuple[Decision, ...]
    """Callers beyond the snapshot that the resource's policy names: services, everybody, other accounts."""
    warnings: tuple[str, ...]
    look_up: Callable[[Sequence[int]], Sequence[Someone]]
    accounts_not_read: tuple[str, ...] = ()
    """Accounts whose identities are not in the snapshot, or not all: who stands there is not known."""

    @cached_property
    def certain(self) -> FrozenBitMap:
        return self.of("certain")

    @cached_property
    def conditional(self) -> FrozenBitMap:
        """Their policies were read; it hangs on the request."""
        return self.of("conditional")

    @cached_property
    def incomplete(self) -> FrozenBitMap:
        """Something was not read that could change the answer."""
        return self.of("incomplete")

    def of(self, certainty: Certainty) -> FrozenBitMap:
        return FrozenBitMap(
            BitMap.union(BitMap(), *(one.ids for one in self.groups if one.certainty == certainty))
        )

    def identities(self, ids: FrozenBitMap, start: int = 0, limit: int | None = None) -> Sequence[Someone]:
        """Sorted by account, then ARN."""
        end = len(ids) if limit is None else min(len(ids), start + limit)
        return self.look_up(list(ids[start:end])) if start < end else ()

    def with_decisions(self) -> Iterator[tuple[Someone, Decision]]:
        """Everybody in it, group by group."""
        for group in self.groups:
            for start in range(0, len(group.ids), _PIECE):
                for one in self.identities(group.ids, start, _PIECE):
                    yield one, group.decision


@dataclass(frozen=True, slots=True)
class Permission:
    action: str
    """As AWS spells it; of an action that the catalogue does not know, as the policy does."""
    resource: str
    """What the allowing statement says: an ARN with wildcards, or `*`. Where it names no account, the principal's own is
    meant: what another account's resources give is theirs to say."""
    outcome: Literal["allowed", "conditional"]
    """Allowed: on every resource that `resource` matches, in every circumstance."""
    residual: str
    """What must hold; `resource` in it is the resource itself."""
    context_keys: tuple[str, ...]
    incomplete: tuple[str, ...]
    sources: tuple[str, ...]
    """Policies whose statements allow it, as a person finds them; or why none is needed."""
    known: bool = True
    """The catalogue has the action."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is not in it is denied, for certain, but for what policies of resources give."""

    principal: str
    entries: tuple[Permission, ...]
    """By action, then resource."""
    incomplete: tuple[str, ...]
    """Layers that were not read."""
    named_by: tuple[str, ...]
    """Resources whose policies mean the principal: they may give more."""
