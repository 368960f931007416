"""Who can do an action on a resource: candidates by the index, in parts that are treated alike, one decision each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.answers import Group
from cloud_entitlements.access.can import Asker, Question
from cloud_entitlements.access.index.alike import Remembered
from cloud_entitlements.access.index.search import Among, parts
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.access.index.varying import Accounts, Varying
from cloud_entitlements.policy import Decision
from cloud_entitlements.policy.profiles import LASTING


@dataclass(frozen=True, slots=True)
class Sought:
    action: str
    resource: str
    owner: str | None
    """None: not known, or each caller's own."""
    context: Mapping[str, tuple[str, ...]] | None = None
    assume: tuple[str, ...] = ()

    def by(self, principal: str) -> Question:
        return Question(principal, self.action, self.resource, self.owner, self.context, self.assume)


@dataclass(frozen=True)
class Searcher:
    """What the questions to one index share."""

    store: Store
    asker: Asker
    accounts: Accounts
    remembered: Remembered = field(default_factory=Remembered)

    def groups(self, sought: Sought) -> tuple[Group, ...]:
        found: dict[Any, tuple[Decision, list[FrozenBitMap]]] = {}
        for among in self._among(sought):
            for part in parts(among):
                _, decision = self.asker.decide(sought.by(self.store.arn(part[0])))
                if decision.outcome != "denied":
                    found.setdefault(_key(decision), (decision, []))[1].append(part)
        groups = [Group(FrozenBitMap(BitMap.union(*those)), decision) for decision, those in found.values()]
        return tuple(sorted(groups, key=lambda one: (_ORDER[one.certainty], -len(one.ids), one.ids[0])))

    def _among(self, sought: Sought) -> Iterator[Among]:
        own = sought.owner is None and sought.resource == "*"
        given = frozenset(key.lower() for key in sought.context or {})
        lasting = not LASTING.isdisjoint(sought.assume)
        for type_, at_home, ids in self._classes(sought.owner, own=own):
            if lasting and type_ in ("role", "linked"):
                continue  # what is assumed is about credentials that roles don't have
            gathered, request = self.asker.prepared(sought.by(self.store.arn(ids[0])))
            varying = Varying(self.store, self.accounts, type_, own, given)
            yield Among(ids, request, gathered.stack, varying, at_home, self.remembered)

    def _classes(self, owner: str | None, *, own: bool) -> Iterator[tuple[str, bool | None, FrozenBitMap]]:
        """By type, and whether the resource is of their own account."""
        home = self.store.of_account(owner)
        for type_, ids in self.store.types.items():
            if owner is None:
                halves = [(True if own else None, ids)]
            else:
                halves = [(True, FrozenBitMap(ids & home)), (False, FrozenBitMap(ids - home))]
            yield from ((type_, at_home, some) for at_home, some in halves if some)


_ORDER = {"certain": 0, "conditional": 1, "incomplete": 2}


def _key(decision: Decision) -> tuple[Any, ...]:
    return (
        decision.outcome, decision.residual, decision.context_keys, decision.incomplete, decision.minimised,
        decision.warnings,
    )  # fmt: skip
