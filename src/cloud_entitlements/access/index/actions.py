"""What everybody may do, action by action, at once: sets of actions as integers, equal sets of policies reckoned once.

Three sets for each identity. *Possible*: on some resource in some circumstance. *Broad*: in some circumstance on every
resource of a type, or on all but some that are named, of its own account. *Certain*: on every resource of its own account
in every circumstance. Policies of resources are left out, as in `permissions_of`; what needs them is never certain. A
policy that was not read may allow and deny anything, but makes nothing broad.

Broad is told of each layer by itself: where a policy allows an action on all of one type, and a boundary on all of another
that it takes too, it counts as broad.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.index.reckoning import Layer, Limits, Reckoner
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.access.index.universe import all_actions, names, under_rcp, universe
from cloud_entitlements.policy import Request
from cloud_entitlements.policy.principal import Principal, PrincipalType
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.truth import F, T

__all__ = ["ActionSets", "Actions", "actions_of_all", "allowed_always", "names", "universe"]


@dataclass(frozen=True, slots=True)
class Actions:
    ids: FrozenBitMap
    """Identities with equal policies, boundary and control policies."""
    certain: int
    broad: int
    possible: int
    granted: int
    """As `broad`, by their own policies alone: before boundary and control policies take any."""


@dataclass(frozen=True, slots=True)
class ActionSets:
    certain: int = 0
    broad: int = 0
    possible: int = 0
    granted: int = 0


@lru_cache(1)
def _needing_resource() -> int:
    """Identity policies alone never allow these (EVAL-11), or not in every way of calling (LAM-01)."""
    caller = Principal("user", "", "1")
    found = 0
    for number, action in enumerate(universe()):
        service = action.partition(":")[0]
        request, quirks = Request(caller, action, "arn:aws:x:::y"), quirks_of(service)
        if quirks.explicit(request) or quirks.ways(request) is not None:
            found |= 1 << number
    return found


@lru_cache(4)
def settled(type_: str) -> tuple[int, int]:
    """Actions that no policy governs: always allowed to identities of the type (`user`, `role`, `linked`, `root`), and never."""
    kind: PrincipalType = "role" if type_ == "linked" else type_  # type: ignore[assignment]
    caller = Principal(kind, "", "1")
    always = never = 0
    for number, action in enumerate(universe()):
        found = quirks_of(action.partition(":")[0]).settled(Request(caller, action, "*", "1"))
        if found is not None:
            always |= (found.truth == T) << number
            never |= (found.truth == F) << number
    return always, never


def allowed_always(type_: str) -> int:
    """Actions that every identity of the type may do, whatever its policies: they are nobody's doing."""
    return settled(type_)[0]


def actions_of_all(store: Store) -> Iterator[Actions]:
    """Each identity stands in exactly one of them."""
    reckoner = Reckoner(store)
    groups: dict[tuple[int | None, str | None, Limits, str], BitMap] = defaultdict(BitMap)
    limits = {account: reckoner.limits(account) for account in store.accounts}
    query = "SELECT id, held, boundary, account, type FROM identity"
    for number, held, boundary, account, type_ in store.rows(query):
        groups[held, boundary, limits[account], type_].add(number)
    for (held, boundary, limits_, type_), ids in groups.items():
        layers = Layers(reckoner.held(held), *reckoner.guards(boundary, limits_, type_))
        for account, some in _by_account(store, layers, FrozenBitMap(ids)):
            found = layers.sets(account, type_)
            yield Actions(some, found.certain, found.broad, found.possible, found.granted)


def actions_of_policies(reckoner: Reckoner, account: str, hashes: Iterable[str | None]) -> ActionSets:
    """What the policies give to whoever holds them in the account, and has no boundary; without what no policy governs."""
    guards = reckoner.guards(None, reckoner.limits(account), "user")
    return Layers(reckoner.policies(hashes), *guards).given_by_policies(account)


def _by_account(store: Store, layers: Layers, ids: FrozenBitMap) -> Iterator[tuple[str, FrozenBitMap]]:
    """Accounts that a layer names stand by themselves."""
    rest = ids
    for account in layers.accounts:
        some = rest & store.of_account(account)
        if some:
            yield account, some
            rest -= some
    if rest:
        yield "", rest


@dataclass(frozen=True, slots=True)
class Layers:
    """What stands between an identity and what it may do."""

    given: Layer
    guards: tuple[Layer, ...]
    """Boundary and each level of service control policies."""
    resource_control: Layer

    @property
    def accounts(self) -> frozenset[str]:
        layers = (self.given, *self.guards, self.resource_control)
        return frozenset().union(*(one.of_account for one in layers))

    def sets(self, account: str, type_: str) -> ActionSets:
        found = self.given_by_policies(account)
        always, never = settled(type_)
        certain, broad, possible = (
            one & ~never | always for one in (found.certain, found.broad, found.possible)
        )
        return ActionSets(certain, broad, possible, found.granted)

    def given_by_policies(self, account: str) -> ActionSets:
        said = [self.given.in_account(account), *(one.in_account(account) for one in self.guards)]
        taken = self.resource_control.in_account(account)
        certain = _common(one.certain for one in said) & ~_needing_resource() & ~(taken.deny & under_rcp())
        broad = _common(one.broad for one in said) & ~(taken.deny_broad & under_rcp())
        possible = _common(one.possible for one in said) & ~(taken.deny_sure & under_rcp())
        return ActionSets(certain, broad, possible, said[0].broad & all_actions())


def _common(sets: Iterator[int]) -> int:
    return reduce(and_, sets, all_actions())


def actions_of_one(store: Store, reckoner: Reckoner, arn: str) -> ActionSets | None:
    """The same of one user, role or root; None: it is not in the index."""
    found = store.rows("SELECT held, boundary, account, type FROM identity WHERE arn = ?", arn)
    if not found:
        return None
    held, boundary, account, type_ = found[0]
    layers = Layers(reckoner.held(held), *reckoner.guards(boundary, reckoner.limits(account), type_))
    return layers.sets(account, type_)
