"""Whom a statement of a resource's policy means: sets of identities, by the kinds through which it means them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.index.alike import View
from cloud_entitlements.access.index.store import Store
from cloud_entitlements.policy import MalformedRequest
from cloud_entitlements.policy.principal import Principal, parse_principal
from cloud_entitlements.policy.statement import Compiled, kinds
from cloud_entitlements.policy.truth import T

Kinds = frozenset[tuple[Any, Any]]
"""Kind of principal, and the truth of the match through it."""


@dataclass(frozen=True, slots=True)
class _Named:
    """The principals of the element that could be identities here."""

    accounts: frozenset[str]
    ids: FrozenBitMap
    """Users and roles that are named, or whose sessions are."""


def meant(
    statement: Compiled, ids: FrozenBitMap, view: View, bounded: FrozenBitMap
) -> Iterator[tuple[Kinds, FrozenBitMap]]:
    """Those it does not mean are left out. `bounded`: who has a permissions boundary (PRN-05)."""
    if statement.principals is None:
        return
    for some in _alike(statement, ids, view.varying.store, bounded):
        first = some[0]
        asked = view.asked._replace(
            principal=_principal(first, view),
            bounded=T if first in bounded else view.asked.bounded,
        )
        found = frozenset((kind, truth) for kind, truth in kinds(statement, asked).items() if truth)
        if found:
            yield found, some


def _principal(number: int, view: View) -> Principal:
    return parse_principal(view.varying.store.arn(number))


def _alike(
    statement: Compiled, ids: FrozenBitMap, store: Store, bounded: FrozenBitMap
) -> Iterator[FrozenBitMap]:
    """Each named identity, the rest of each named account, all others; those with a boundary apart where it counts."""
    named = _named(statement, store)
    rest = BitMap(ids)
    for one in ids & named.ids:
        yield FrozenBitMap([one])
    rest -= named.ids
    for account in named.accounts:
        of_account = ids & store.of_account(account)
        yield from _parted(of_account - named.ids, bounded, statement)
        rest -= of_account
    yield from _parted(FrozenBitMap(rest), bounded, statement)


def _parted(ids: FrozenBitMap, bounded: FrozenBitMap, statement: Compiled) -> Iterator[FrozenBitMap]:
    principals = statement.principals
    parts = (ids & bounded, ids - bounded) if principals is not None and principals.negated else (ids,)
    yield from (FrozenBitMap(part) for part in parts if part)


def _named(statement: Compiled, store: Store) -> _Named:
    accounts: set[str] = set()
    arns: list[str] = []
    ids = BitMap()
    for type_, value in statement.principals.entries if statement.principals else ():
        if type_ != "AWS" or value == "*":
            continue
        if value.isdigit():
            accounts.add(value)
            continue
        try:
            principal = parse_principal(value)
        except MalformedRequest:
            continue  # PRN-02, PRN-01: nobody
        accounts.add(principal.account)
        arns.append(value)
        if principal.type == "session":
            ids.update(store.numbers_named(principal.account, principal.name))
    ids.update(store.numbers(arns))
    return _Named(frozenset(accounts), FrozenBitMap(ids))
