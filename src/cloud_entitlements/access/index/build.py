"""Writes an index from a snapshot: who holds which statement, and where each is found by action and resource."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pyroaring import BitMap

from cloud_entitlements.access.control import RCP, SCP, attached_levels
from cloud_entitlements.access.index.keys import literal
from cloud_entitlements.access.index.policies import UNREAD_PARTS, Parts, Policies, as_bytes
from cloud_entitlements.access.index.schema import FORMAT, IDENTITIES, TABLES
from cloud_entitlements.access.organization import (
    Identity,
    Organization,
    Source,
    read_frame,
    read_groups,
    read_identities,
)
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import UNREAD, MalformedPolicy, parse_policy

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""
UNREAD_MARK = "unread"
_BATCH = 10_000
LINKED_PATH = ":role/aws-service-role/"


def build(snapshot: Snapshot, path: Path, progress: Progress, earlier: Path | None = None) -> int:
    """`path` must not exist; `earlier`: an index of another snapshot of the same. Returns how many policies were read."""
    with sqlite3.connect(f"file:{path}", uri=True) as database:
        database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + TABLES)
        organization = read_frame(snapshot)
        writer = _Writer(database, organization, snapshot, progress)
        writer.identities()
        writer.groups()
        policies = writer.documents(earlier)
        writer.holders(policies.parts)
        writer.frame()
    database.close()
    return policies.read


@dataclass
class _Writer:
    database: sqlite3.Connection
    organization: Organization
    snapshot: Snapshot
    progress: Progress
    held: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Sets of documents by their number."""
    needed: set[str] = field(default_factory=set)

    def identities(self) -> None:
        total = self.snapshot.count("users") + self.snapshot.count("roles")
        sources: dict[str, int] = {}
        batch: list[tuple[object, ...]] = []
        for number, one in enumerate(read_identities(self.snapshot, self.organization.managed)):
            batch.append(self._row(one, sources))
            if len(batch) == _BATCH:
                self._insert(batch)
                self.progress("reading identities", number, total)
        self._insert(batch)
        self.database.executemany(
            "INSERT INTO sources VALUES (?, ?)", ((n, text) for text, n in sources.items())
        )
        accounts = {row[0] for row in self.database.execute("SELECT DISTINCT account FROM raw")}
        roots = sorted(accounts | self.organization.accounts.keys())
        self._insert(
            [(f"arn:aws:iam::{one}:root", "root", one, "root", *(None,) * 4, "{}", "[]") for one in roots]
        )
        self.database.executescript(IDENTITIES)

    def _insert(self, batch: list[tuple[object, ...]]) -> None:
        self.database.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", batch)
        batch.clear()

    def _row(self, one: Identity, sources: dict[str, int]) -> tuple[object, ...]:
        documents = tuple(sorted({source.document or UNREAD_MARK for source in one.policies}))
        self.needed.update(documents)
        if one.trust:
            self.needed.add(one.trust)
        type_ = "linked" if one.type == "role" and LINKED_PATH in one.arn else one.type
        held = self.held.setdefault(documents, len(self.held))
        told = sources.setdefault(_listed(one.policies), len(sources))
        tags, groups = json.dumps(dict(one.tags)), json.dumps(one.groups)
        return one.arn, type_, one.account_id, one.name, held, told, one.boundary, one.trust, tags, groups

    def groups(self) -> None:
        rows = []
        for one in read_groups(self.snapshot, self.organization.managed):
            rows.append((one.arn, one.account_id, one.name, _listed(one.policies)))
            self.needed.update(source.document or UNREAD_MARK for source in one.policies)
        self.database.executemany("INSERT INTO user_group VALUES (?, ?, ?, ?)", rows)

    def documents(self, earlier: Path | None) -> Policies:
        """Each that somebody holds is taken apart once, each that guards something is kept; the others are left out."""
        held = {sha256 for documents in self.held for sha256 in documents}
        needed = self.needed | set(self._others())
        policies = Policies(self.database, held, earlier)
        for done, row in enumerate(self.snapshot.rows("documents")):
            if row["sha256"] in needed:
                policies.add(row["sha256"], row["text"], held=row["sha256"] in held)
            if not done % _BATCH:
                self.progress("reading policies", done, self.snapshot.count("documents"))
        policies.finish()
        return policies

    def _others(self) -> Iterator[str]:
        organization = self.organization
        boundaries = [row[0] for row in self.database.execute("SELECT DISTINCT boundary FROM identity")]
        yield from (organization.managed.get(arn) or "" for arn in boundaries if arn)
        yield from (sha for found in organization.control_policies.values() for sha in found)
        yield from (one.document or "" for one in organization.resource_policies.values())

    def _name(self, name: str, numbers: BitMap) -> None:
        self.database.execute("INSERT INTO named VALUES (?, ?)", (name, as_bytes(numbers)))

    def holders(self, parts: Mapping[str, Parts]) -> None:
        """Who holds each statement: set by set, for equal sets are held by many."""
        sets = {number: documents for documents, number in self.held.items()}
        of_statement: dict[int, BitMap] = defaultdict(BitMap)
        always: dict[tuple[str, str], BitMap] = defaultdict(BitMap)
        unread = BitMap()
        rows = self.database.execute("SELECT held, id FROM identity WHERE held IS NOT NULL ORDER BY held, id")
        for done, (number, found) in enumerate(groupby(rows, itemgetter(0))):
            ids = BitMap([row[1] for row in found])
            held = [parts.get(sha256, UNREAD_PARTS) for sha256 in sets[number]]
            self._held(number, held)
            for one in held:
                for statement in one.statements:
                    of_statement[statement] |= ids
                for surely in one.always:
                    always[surely] |= ids
                if one.unread:
                    unread |= ids
            if not done % _BATCH:
                self.progress("who holds what", done, len(sets))
        self._name("unread", unread)
        self.database.executemany(
            "UPDATE statement SET holders = ? WHERE id = ?",
            ((as_bytes(ids), number) for number, ids in of_statement.items()),
        )
        self.database.executemany(
            "INSERT INTO always VALUES (?, ?, ?, ?)",
            ((effect, literal(pattern), pattern, as_bytes(ids)) for (effect, pattern), ids in always.items()),
        )

    def _held(self, number: int, held: list[Parts]) -> None:
        statements = BitMap([one for parts in held for one in parts.statements])
        always = json.dumps([one for parts in held for one in parts.always])
        unread = any(parts.unread for parts in held)
        row = (number, as_bytes(statements), always, unread)
        self.database.execute("INSERT INTO held VALUES (?, ?, ?, ?)", row)

    def frame(self) -> None:
        """Accounts, types, boundaries, tags, control policies, policies of resources; and what the snapshot says of itself."""
        self._accounts()
        self._types_boundaries_tags()
        self._controls()
        organization = self.organization
        self.database.executemany(
            "INSERT INTO resource_policy VALUES (?, ?, ?, ?)",
            (
                (arn, one.owner, one.document, one.settings)
                for arn, one in organization.resource_policies.items()
            ),
        )
        named = (
            (name, arn)
            for arn, one in organization.resource_policies.items()
            for name in _allowed_principals(self._text(one.document))
        )
        self.database.executemany("INSERT OR IGNORE INTO naming VALUES (?, ?)", named)
        meta = {
            "format": FORMAT,
            "id": organization.id,
            "management_account": organization.management_account,
            "collected": [[*key, outcome] for key, outcome in organization.collected.items()],
            "control_policies": [[*key, list(found)] for key, found in organization.control_policies.items()],
            "control_names": [[*key, name] for key, name in organization.control_names.items()],
            "control_types": dict(organization.control_types),
            "standalone": organization.standalone,
        }
        self.database.executemany(
            "INSERT INTO meta VALUES (?, ?)", ((name, json.dumps(value)) for name, value in meta.items())
        )

    def _text(self, sha256: str | None) -> str | None:
        found = self.database.execute("SELECT text FROM document WHERE sha256 = ?", (sha256,)).fetchone()
        return found[0] if found else None

    def _accounts(self) -> None:
        rows = self.database.execute(
            "SELECT account, min(id), max(id) FROM identity GROUP BY account"
        ).fetchall()
        known = self.organization.accounts
        self.database.executemany(
            "INSERT INTO account VALUES (?, ?, ?, ?)",
            (
                (account, first, last, json.dumps(known[account]) if account in known else None)
                for account, first, last in rows
            ),
        )

    def _types_boundaries_tags(self) -> None:
        types: dict[str, BitMap] = defaultdict(BitMap)
        boundaries: dict[str, BitMap] = defaultdict(BitMap)
        tags: dict[tuple[str, str], BitMap] = defaultdict(BitMap)
        managed: dict[str, str | None] = {}
        for id_, type_, boundary, text in self.database.execute(
            "SELECT id, type, boundary, tags FROM identity"
        ):
            types[type_].add(id_)
            if boundary is not None:
                managed[boundary] = self.organization.managed.get(boundary)
                boundaries[managed[boundary] or UNREAD_MARK].add(id_)
            if text != "{}":
                for key, value in {key.lower(): value for key, value in json.loads(text).items()}.items():
                    tags[key, value].add(id_)
        for type_, ids in types.items():
            self._name(f"type {type_}", ids)
        insert = self.database.executemany
        insert("INSERT INTO managed VALUES (?, ?)", managed.items())
        insert(
            "INSERT INTO boundary VALUES (?, ?)", ((sha, as_bytes(ids)) for sha, ids in boundaries.items())
        )
        insert("INSERT INTO tag VALUES (?, ?, ?)", ((*key, as_bytes(ids)) for key, ids in tags.items()))

    def _controls(self) -> None:
        """Who stands below a list of control policies; equal lists at different nodes are one."""
        found: dict[tuple[str, str], BitMap] = defaultdict(BitMap)
        for account, first, last in self.database.execute("SELECT id, first, last FROM account"):
            for type_ in (SCP, RCP):
                levels = attached_levels(self.organization, account, type_)
                if levels is UNREAD:
                    found[type_, UNREAD_MARK].add_range(first, last + 1)
                for level in levels if isinstance(levels, tuple) else ():
                    found[type_, json.dumps(level)].add_range(first, last + 1)
        self.database.executemany(
            "INSERT INTO control VALUES (?, ?, ?)", ((*key, as_bytes(ids)) for key, ids in found.items())
        )


def _listed(sources: Iterable[Source]) -> str:
    return json.dumps([[source.words, source.document] for source in sources])


def _allowed_principals(text: str | None) -> Iterator[str]:
    """Whom a policy's Allow statements name; `*` for everybody, and for all but those that are listed."""
    try:
        statements = parse_policy(text).statements if text else ()
    except MalformedPolicy:
        return
    for statement in statements:
        if statement.effect == "Allow" and statement.principals is not None:
            entries = statement.principals.entries
            yield from ("*",) if statement.principals.negated else (value for _, value in entries)
