"""Which keys differ between identities of one type, and what each has: so that equals are judged once.

All other keys are the same for everybody who is asked about in one question: they come with the question, or with the
type of identity.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.index.store import Store
from cloud_entitlements.policy.context import ABSENT, UNKNOWN, State
from cloud_entitlements.policy.derive import of_home

ACCOUNT = "account of the caller"
"""No key, but what stands in for a resource may hold it (REQ-03)."""
_OF_ACCOUNT = frozenset({ACCOUNT, "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths"})
_OF_OWN_RESOURCE = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"})
_TAG = "aws:principaltag/"
_ARN, _NAME, _ID = "aws:principalarn", "aws:username", "aws:userid"
_OF_ONE = {"user": {_ARN, _NAME}, "role": {_ARN}, "linked": {_ARN}, "root": {_ARN, _ID}}
_FEW_ACCOUNTS = 2_000
"""Identities: below, their accounts are walked through; above, accounts that are alike are taken together."""

States = Mapping[str, State]
T = TypeVar("T")


class Accounts:
    """What keys say of each account; of one index, and kept with it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._groups: dict[tuple[str, ...], list[tuple[States, FrozenBitMap]]] = {}

    @cached_property
    def _ordered(self) -> list[tuple[int, int, str]]:
        return sorted((first, last, account) for account, (first, last) in self._store.accounts.items())

    def states(self, account: str) -> States:
        home = self._store.organization.home(account)
        of_principal, of_resource = of_home(home, "principal"), of_home(home, "resource")
        return {
            ACCOUNT: (account,),
            "aws:principalaccount": (account,),
            "aws:resourceaccount": (account,),
            **{
                key: of_principal.get(key, UNKNOWN) for key in ("aws:principalorgid", "aws:principalorgpaths")
            },
            **{key: of_resource.get(key, UNKNOWN) for key in ("aws:resourceorgid", "aws:resourceorgpaths")},
        }

    def alike(self, keys: tuple[str, ...]) -> list[tuple[States, FrozenBitMap]]:
        """All identities, those together whose accounts say the same of the keys."""
        if keys not in self._groups:
            found: dict[tuple[State, ...], BitMap] = defaultdict(BitMap)
            for first, last, account in self._ordered:
                states = self.states(account)
                found[tuple(states[key] for key in keys)].add_range(first, last + 1)
            self._groups[keys] = [
                (dict(zip(keys, states, strict=True)), FrozenBitMap(ids)) for states, ids in found.items()
            ]
        return self._groups[keys]

    def walked(self, keys: tuple[str, ...], ids: FrozenBitMap) -> Iterator[tuple[States, FrozenBitMap]]:
        """Account by account."""
        place, ordered = 0, self._ordered
        while (start := next(ids.iter_equal_or_larger(place), None)) is not None:
            first, last, account = ordered[bisect_right(ordered, start, key=itemgetter(0)) - 1]
            states = self.states(account)
            yield {key: states[key] for key in keys}, ids & FrozenBitMap(range(first, last + 1))
            place = last + 1


@dataclass(frozen=True)
class Varying:
    store: Store
    accounts: Accounts
    type: str
    """`user`, `role`, `linked`, `root`."""
    own_resource: bool
    """The resource is each caller's own account's."""
    given: frozenset[str] = field(default_factory=frozenset)
    """Keys that the question gives, in lower case: they are the same for all."""

    def among(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({key for key in keys if self._varies(key)}))

    def _varies(self, key: str) -> bool:
        if key in self.given:
            return False
        if key.startswith(_TAG):
            return self.type != "root"
        return (
            key in _OF_ACCOUNT or key in _OF_ONE[self.type] or (self.own_resource and key in _OF_OWN_RESOURCE)
        )

    def sorted_by(
        self, keys: tuple[str, ...], ids: FrozenBitMap, judge: Callable[[States], T]
    ) -> dict[T, FrozenBitMap]:
        """The identities by what `judge` says of their states; equal states are judged once."""
        if any(key in (_ARN, _NAME) for key in keys):
            return self._one_by_one(keys, ids, judge)
        found: dict[T, BitMap] = defaultdict(BitMap)
        for states, some in self._parts(keys, ids):
            if some:
                found[judge(states)] |= some
        return {verdict: FrozenBitMap(those) for verdict, those in found.items()}

    def _parts(
        self, keys: tuple[str, ...], ids: FrozenBitMap
    ) -> Iterator[tuple[States, BitMap | FrozenBitMap]]:
        if all(key in _OF_ACCOUNT or key in _OF_OWN_RESOURCE for key in keys):
            if len(ids) < _FEW_ACCOUNTS:
                yield from self.accounts.walked(keys, ids)
            else:
                yield from ((states, ids & some) for states, some in self.accounts.alike(keys))
        elif len(keys) == 1 and keys[0].startswith(_TAG):
            yield from self._by_tag(keys[0], ids)
        else:
            yield from self._grouped(keys, ids)

    def _by_tag(self, key: str, ids: FrozenBitMap) -> Iterator[tuple[States, BitMap | FrozenBitMap]]:
        rest = BitMap(ids)
        for value, holders in self.store.tags(key.removeprefix(_TAG)):
            rest -= holders
            yield {key: (value,)}, ids & holders
        yield {key: self._untagged}, rest

    @property
    def _untagged(self) -> State:
        """VAR-04: a role's sessions may bring tags; a user's own are all there are."""
        return ABSENT if self.type == "user" else UNKNOWN

    def _one_by_one(
        self, keys: tuple[str, ...], ids: FrozenBitMap, judge: Callable[[States], T]
    ) -> dict[T, FrozenBitMap]:
        """Where hardly two are alike."""
        found: dict[T, list[int]] = defaultdict(list)
        if keys == (_ARN,):
            for number, arn in self.store.rows_in("SELECT id, arn FROM identity WHERE id IN", list(ids)):
                found[judge({_ARN: (arn,)})].append(number)
        else:
            for number, states in self._read(keys, ids):
                found[judge(dict(zip(keys, states, strict=True)))].append(number)
        return {verdict: FrozenBitMap(numbers) for verdict, numbers in found.items()}

    def _grouped(
        self, keys: tuple[str, ...], ids: FrozenBitMap
    ) -> Iterator[tuple[States, BitMap | FrozenBitMap]]:
        found: dict[tuple[State, ...], list[int]] = defaultdict(list)
        for number, states in self._read(keys, ids):
            found[states].append(number)
        for states, numbers in found.items():
            yield dict(zip(keys, states, strict=True)), BitMap(numbers)

    def _read(self, keys: tuple[str, ...], ids: FrozenBitMap) -> Iterator[tuple[int, tuple[State, ...]]]:
        needs_account = any(key in _OF_ACCOUNT or key in _OF_OWN_RESOURCE for key in keys)
        query = "SELECT id, arn, name, account, tags FROM identity WHERE id IN"
        for row in self.store.rows_in(query, list(ids)):
            states = self._states(row, needs_account=needs_account)
            yield row[0], tuple(states.get(key, self._untagged) for key in keys)

    def _states(self, row: Any, *, needs_account: bool) -> dict[str, State]:
        _, arn, name, account, tags = row
        states: dict[str, State] = dict(self.accounts.states(account)) if needs_account else {}
        states |= {_ARN: (arn,), _NAME: (name,) if self.type == "user" else ABSENT, _ID: (account,)}
        if tags != "{}":
            states |= {f"{_TAG}{key.lower()}": (value,) for key, value in json.loads(tags).items()}
        return states
