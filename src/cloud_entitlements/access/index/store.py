"""Reading an index: what is looked up stays in memory as far as it is small or often asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.answers import Someone
from cloud_entitlements.access.index.keys import WIDE, beginnings, keys_of_resource
from cloud_entitlements.access.organization import (
    Identity,
    IdentityType,
    Organization,
    ResourcePolicy,
    Source,
    UserGroup,
)
from cloud_entitlements.policy import parse_policy
from cloud_entitlements.policy.pattern import action_pattern, has_wildcard
from cloud_entitlements.policy.principal import Principal
from cloud_entitlements.policy.stack import CompiledPolicy
from cloud_entitlements.policy.statement import Compiled

NOBODY = FrozenBitMap()
_KEPT = 100_000
"""Statements that stay compiled: about 3 KB each."""
_FEW = 1_000
"""Identities that stay read."""
_AT_ONCE = 10_000
"""Values of one query."""
_IDENTITY = "SELECT arn, type, account, name, value, boundary, trust, tags, groups FROM identity LEFT JOIN sources ON sources.id = sources"


class Store:
    """Threads share it: SQLite takes their queries one by one."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(
            f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._lock = Lock()
        self._identities: dict[str, Identity] = {}
        self._statements: dict[int, tuple[Compiled, FrozenBitMap]] = {}

    def close(self) -> None:
        self._database.close()

    def rows(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    def rows_in(self, query: str, keys: Sequence[object], *first: object) -> Iterator[Any]:
        """`query` ends where the list of keys follows: `… WHERE key IN`."""
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            yield from self.rows(f"{query} ({marks})", *first, *some)

    # What the snapshot says of itself

    def meta(self, name: str) -> Any:
        return json.loads(self.rows("SELECT value FROM meta WHERE name = ?", name)[0][0])

    @cached_property
    def organization(self) -> Organization:
        """As the engine's questions need it; identities and documents are looked up when they are asked for."""
        rows = self.rows("SELECT id, row FROM account WHERE row IS NOT NULL")
        return Organization(
            id=self.meta("id"),
            management_account=self.meta("management_account"),
            identities=_Identities(self),
            accounts={account: json.loads(row) for account, row in rows},
            managed=dict(self.rows("SELECT arn, sha256 FROM managed")),
            resource_policies=_ResourcePolicies(self),
            collected={(owner, part): outcome for owner, part, outcome in self.meta("collected")},
            control_policies={(type_, node): found for type_, node, found in self.meta("control_policies")},
            control_names={(node, sha256): name for node, sha256, name in self.meta("control_names")},
            control_types=self.meta("control_types"),
            text=self.text,
            role_named=self.role_named,
            standalone=self.meta("standalone"),
        )

    def text(self, sha256: str) -> str | None:
        found = self.rows("SELECT text FROM document WHERE sha256 = ?", sha256)
        return found[0][0] if found else None

    @cached_property
    def partition(self) -> str:
        """`aws`, `aws-cn`, …: an organization lies in one."""
        found = self.rows("SELECT arn FROM identity WHERE type <> 'root' LIMIT 1")
        return str(found[0][0]).split(":")[1] if found else "aws"

    # Identities

    def identity(self, arn: str) -> Identity | None:
        known = self._identities.get(arn)
        if known is None:
            found = self.rows(f"{_IDENTITY} WHERE arn = ? AND type <> 'root'", arn)
            if not found:
                return None
            if len(self._identities) > _FEW:
                self._identities.clear()
            known = self._identities[arn] = _identity(found[0])
        return known

    def role_named(self, account: str, name: str) -> Identity | None:
        query = f"{_IDENTITY} WHERE name = ? AND account = ? AND type IN ('role', 'linked')"
        found = self.rows(query, name, account)
        return _identity(found[0]) if found else None

    def group(self, arn: str) -> UserGroup | None:
        found = self.rows("SELECT arn, account, name, sources FROM user_group WHERE arn = ?", arn)
        return _group(found[0]) if found else None

    def groups(self) -> Iterator[UserGroup]:
        """Sorted by ARN."""
        rows = self.rows("SELECT arn, account, name, sources FROM user_group ORDER BY arn")
        return (_group(row) for row in rows)

    def someone(self, ids: Sequence[int]) -> list[Someone]:
        """In the order of their numbers."""
        found = self.rows_in("SELECT id, arn, type, account, name FROM identity WHERE id IN", sorted(ids))
        return [
            Someone(arn, "role" if type_ == "linked" else type_, account, name)
            for _, arn, type_, account, name in sorted(found)
        ]

    def arn(self, number: int) -> str:
        found: str = self.rows("SELECT arn FROM identity WHERE id = ?", number)[0][0]
        return found

    @cached_property
    def count(self) -> int:
        """Identities, roots among them."""
        found: int = self.rows("SELECT count(*) FROM identity")[0][0]
        return found

    def numbers(self, arns: Sequence[str]) -> list[int]:
        return [id_ for (id_,) in self.rows_in("SELECT id FROM identity WHERE arn IN", arns)]

    def numbers_by_arn(self, arns: Sequence[str]) -> dict[str, int]:
        return dict(self.rows_in("SELECT arn, id FROM identity WHERE arn IN", arns))

    def numbers_named(self, account: str, name: str) -> list[int]:
        query = "SELECT id FROM identity WHERE name = ? AND account = ?"
        return [id_ for (id_,) in self.rows(query, name, account)]

    @cached_property
    def accounts(self) -> Mapping[str, tuple[int, int]]:
        """First and last number of each account's identities."""
        return {id_: (first, last) for id_, first, last in self.rows("SELECT id, first, last FROM account")}

    def of_account(self, account: str | None) -> FrozenBitMap:
        found = self.accounts.get(account or "")
        if found is None:
            return NOBODY
        first, last = found
        return FrozenBitMap(range(first, last + 1))

    @cached_property
    def types(self) -> Mapping[str, FrozenBitMap]:
        """Of `user`, `role`, `linked` (a service-linked role), `root`."""
        return {name: self.named(f"type {name}") for name in ("user", "role", "linked", "root")}

    def named(self, name: str) -> FrozenBitMap:
        found = self.rows("SELECT numbers FROM named WHERE name = ?", name)
        return FrozenBitMap.deserialize(found[0][0]) if found else NOBODY

    @cached_property
    def unread(self) -> FrozenBitMap:
        """Who holds a policy that was not read."""
        return self.named("unread")

    @cached_property
    def boundaries(self) -> Mapping[str, FrozenBitMap]:
        """By the document's SHA-256, or UNREAD_MARK."""
        rows = self.rows("SELECT sha256, holders FROM boundary")
        return {sha256: FrozenBitMap.deserialize(holders) for sha256, holders in rows}

    @cached_property
    def bounded(self) -> FrozenBitMap:
        """Who has a boundary, read or not."""
        return FrozenBitMap(BitMap.union(BitMap(), *self.boundaries.values()))

    @cached_property
    def controls(self) -> Mapping[str, list[tuple[str, FrozenBitMap]]]:
        """By type: documents of one node as JSON, or UNREAD_MARK, and who stands below."""
        found: dict[str, list[tuple[str, FrozenBitMap]]] = {}
        for type_, documents, holders in self.rows("SELECT type, documents, holders FROM control"):
            found.setdefault(type_, []).append((documents, FrozenBitMap.deserialize(holders)))
        return found

    def tags(self, key: str) -> list[tuple[str, FrozenBitMap]]:
        """`key` in lower case."""
        rows = self.rows("SELECT value, holders FROM tag WHERE key = ?", key)
        return [(value, FrozenBitMap.deserialize(holders)) for value, holders in rows]

    def naming(self, caller: Principal) -> list[str]:
        """Resources whose policies allow something to the caller by name, to its account, or to everybody."""
        account = f"arn:{caller.partition}:iam::{caller.account}:root"
        names = ["*", caller.account, account, caller.arn, caller.parent]
        rows = self.rows_in("SELECT DISTINCT arn FROM naming WHERE principal IN", names)
        sessions = f"arn:{caller.partition}:sts::{caller.account}:assumed-role/{caller.name}/"
        more = self.rows(
            "SELECT arn FROM naming WHERE principal >= ? AND principal < ?", sessions, f"{sessions}\U0010ffff"
        )
        return sorted({arn for (arn,) in (*rows, *(more if caller.is_role else ()))})

    # Statements

    def always(self, effect: str, action: str) -> FrozenBitMap:
        """Who is allowed, or denied, the action (in lower case) on everything in every circumstance."""
        query = "SELECT pattern, holders FROM always WHERE effect = ? AND beginning IN"
        rows = self.rows_in(query, beginnings(action), effect)
        return _united(holders for pattern, holders in rows if action_pattern(pattern)(action))

    def statements(self, action: str, resource: str) -> FrozenBitMap:
        """Those that may be about both; the action is in lower case."""
        of_action = self._of_action(action)
        if not resource.startswith("arn:") or has_wildcard(resource):
            return of_action
        keys = [WIDE, *keys_of_resource(resource)]
        rows = self.rows_in("SELECT statements FROM by_resource WHERE key IN", keys)
        return FrozenBitMap(of_action & _united(found for (found,) in rows))

    def _of_action(self, action: str) -> FrozenBitMap:
        query = "SELECT pattern, statements FROM by_action WHERE beginning IN"
        rows = self.rows_in(query, beginnings(action))
        found = _united(numbers for pattern, numbers in rows if action_pattern(pattern)(action))
        return FrozenBitMap(found | self._not_action)

    @cached_property
    def _not_action(self) -> FrozenBitMap:
        return self.named("not_action")

    def compiled(self, numbers: Iterable[int]) -> Iterator[tuple[Compiled, FrozenBitMap]]:
        """Each with those who hold it."""
        listed = list(numbers)
        known = self._statements
        missing = [number for number in listed if number not in known]
        if len(known) + len(missing) > _KEPT:
            # a new dict: another thread may be reading the old one
            known = self._statements = {}
            missing = listed
        query = "SELECT id, text, holders FROM statement WHERE id IN"
        for number, text, holders in self.rows_in(query, missing):
            ids = FrozenBitMap.deserialize(holders) if holders else NOBODY
            known[number] = (CompiledPolicy(parse_policy(text)).statements[0], ids)
        yield from (known[number] for number in listed)


def _united(blobs: Iterable[bytes]) -> FrozenBitMap:
    found = [BitMap.deserialize(one) for one in blobs]
    return FrozenBitMap(BitMap.union(*found)) if found else NOBODY


def _identity(row: Sequence[Any]) -> Identity:
    arn, type_, account, name, sources, boundary, trust, tags, groups = row
    kind: IdentityType = "user" if type_ == "user" else "role"
    return Identity(
        arn,
        kind,
        account,
        name,
        sources_of(sources),
        boundary,
        trust,
        json.loads(tags),
        tuple(json.loads(groups)),
    )


def _group(row: Sequence[Any]) -> UserGroup:
    arn, account, name, sources = row
    return UserGroup(arn, account, name, sources_of(sources))


def sources_of(listed: str | None) -> tuple[Source, ...]:
    return tuple(Source(words, document) for words, document in json.loads(listed or "[]"))


class _Identities(Mapping[str, Identity]):
    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, arn: str) -> Identity:
        found = self._store.identity(arn)
        if found is None:
            raise KeyError(arn)
        return found

    def __iter__(self) -> Iterator[str]:
        return (
            arn for (arn,) in self._store.rows("SELECT arn FROM identity WHERE type <> 'root' ORDER BY id")
        )

    def __len__(self) -> int:
        found: int = self._store.rows("SELECT count(*) FROM identity WHERE type <> 'root'")[0][0]
        return found


class _ResourcePolicies(Mapping[str, ResourcePolicy]):
    def __init__(self, store: Store) -> None:
        self._store = store

    def __getitem__(self, arn: str) -> ResourcePolicy:
        found = self._store.rows("SELECT owner, sha256, settings FROM resource_policy WHERE arn = ?", arn)
        if not found:
            raise KeyError(arn)
        return ResourcePolicy(*found[0])

    def __iter__(self) -> Iterator[str]:
        return (arn for (arn,) in self._store.rows("SELECT arn FROM resource_policy ORDER BY arn"))

    def __len__(self) -> int:
        found: int = self._store.rows("SELECT count(*) FROM resource_policy")[0][0]
        return found
