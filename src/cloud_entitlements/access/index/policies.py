"""The policies of an index: each statement once, and where it is found by action and resource.

Reading policies is most of the work of making an index. What an earlier index of the same organization has read is taken
from there: a document's SHA-256 says that it is the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyroaring import BitMap

from cloud_entitlements.access.index.keys import WIDE, literal, resource_key
from cloud_entitlements.policy import MalformedPolicy, Policy, parse_policy
from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.pattern import matches_everything


@dataclass(frozen=True, slots=True)
class Parts:
    """A document as the index knows it; of one that can't be read nothing is known."""

    statements: tuple[int, ...] = ()
    always: tuple[tuple[str, str], ...] = ()
    """Effect and pattern of the actions that it allows, or denies, on everything in every circumstance."""
    unread: bool = False


UNREAD_PARTS = Parts(unread=True)


class Policies:
    def __init__(self, database: sqlite3.Connection, needed: set[str], earlier: Path | None) -> None:
        """`needed`: SHA-256 of the documents that somebody holds."""
        self.parts: dict[str, Parts] = {}
        self.read = 0
        """Documents that were parsed."""
        self._database = database
        self._numbers: dict[str, int] = {}
        self._known: dict[str, Parts] = {}
        self._actions: dict[tuple[str, str], BitMap] = defaultdict(BitMap)
        self._resources: dict[str, BitMap] = defaultdict(BitMap)
        self._not_actions = BitMap()
        if earlier is not None:
            self._take(earlier, needed)

    def add(self, sha256: str, text: str, *, held: bool) -> None:
        """A document; one that nobody holds is kept as it is."""
        row: tuple[object, ...] = (sha256, text, None, None, None)
        if held:
            found = self._known.get(sha256) or self._parts(text)
            self.parts[sha256] = found
            row = (sha256, text, as_bytes(BitMap(found.statements)), json.dumps(found.always), found.unread)
        self._database.execute("INSERT OR IGNORE INTO document VALUES (?, ?, ?, ?, ?)", row)

    def finish(self) -> None:
        for (beginning, pattern), numbers in self._actions.items():
            query = "SELECT statements FROM by_action WHERE beginning = ? AND pattern = ?"
            row = (beginning, pattern, self._joined(query, (beginning, pattern), numbers))
            self._database.execute("INSERT OR REPLACE INTO by_action VALUES (?, ?, ?)", row)
        for key, numbers in self._resources.items():
            joined = self._joined("SELECT statements FROM by_resource WHERE key = ?", (key,), numbers)
            self._database.execute("INSERT OR REPLACE INTO by_resource VALUES (?, ?)", (key, joined))
        name = "not_action"
        self._database.execute("INSERT INTO named VALUES (?, ?)", (name, as_bytes(self._not_actions)))

    def _joined(self, query: str, key: tuple[str, ...], numbers: BitMap) -> bytes:
        """With those that an earlier index has under the key."""
        found = self._database.execute(query, key).fetchone() if self._known else None
        return as_bytes(numbers | BitMap.deserialize(found[0]) if found else numbers)

    def _take(self, earlier: Path, needed: set[str]) -> None:
        """Where most of it is still needed; else what is not would outgrow what is."""
        self._database.execute("ATTACH DATABASE ? AS earlier", (f"file:{earlier}?mode=ro&immutable=1",))
        rows = self._database.execute(
            "SELECT sha256, statements, always, unread FROM earlier.document WHERE statements IS NOT NULL"
        )
        held = {sha256: (statements, always, unread) for sha256, statements, always, unread in rows}
        kept = held.keys() & needed
        if len(kept) * 2 > len(held):
            self._copy()
            self._known = {
                sha256: Parts(
                    tuple(BitMap.deserialize(statements)),
                    tuple((effect, pattern) for effect, pattern in json.loads(always)),
                    bool(unread),
                )
                for sha256, (statements, always, unread) in held.items()
                if sha256 in kept
            }
        self._database.commit()
        self._database.execute("DETACH DATABASE earlier")

    def _copy(self) -> None:
        for table in ("by_action", "by_resource"):
            self._database.execute(f"INSERT INTO {table} SELECT * FROM earlier.{table}")  # noqa: S608  our own names
        self._database.execute("INSERT INTO statement SELECT id, effect, text, NULL FROM earlier.statement")
        self._numbers = dict(self._database.execute("SELECT text, id FROM statement"))
        query = "SELECT numbers FROM earlier.named WHERE name = 'not_action'"
        self._not_actions = BitMap.deserialize(self._database.execute(query).fetchone()[0])

    def _parts(self, text: str) -> Parts:
        self.read += 1
        try:
            policy = parse_policy(text)
        except MalformedPolicy:
            return UNREAD_PARTS
        raw = json.loads(text)["Statement"]
        listed = raw if isinstance(raw, list) else [raw]
        always = [one for statement in policy.statements for one in _always(statement)]
        others = [
            self._number(statement, listed[statement.number], policy)
            for statement in policy.statements
            if not _is_always(statement)
        ]
        return Parts(tuple(others), tuple(always))

    def _number(self, statement: Statement, raw: Mapping[str, object], policy: Policy) -> int:
        """Equal statements are one, whatever they are called."""
        body = json.dumps({key: value for key, value in raw.items() if key != "Sid"})
        text = f'{{"Version": "{policy.version}", "Statement": [{body}]}}'
        known = self._numbers.get(text)
        if known is not None:
            return known
        number = self._numbers[text] = len(self._numbers)
        row = (number, statement.effect, text)
        self._database.execute("INSERT INTO statement VALUES (?, ?, ?, NULL)", row)
        self._post(number, statement, variables=policy.has_variables)
        return number

    def _post(self, number: int, statement: Statement, *, variables: bool) -> None:
        if statement.actions.negated:
            self._not_actions.add(number)
        for pattern in statement.actions.patterns if not statement.actions.negated else ():
            lower = pattern.lower()
            self._actions[literal(lower), lower].add(number)
        resources = statement.resources
        if resources is None or resources.negated:
            self._resources[WIDE].add(number)
            return
        for pattern in resources.patterns:
            self._resources[resource_key(pattern, variables=variables)].add(number)


def _is_always(statement: Statement) -> bool:
    resources = statement.resources
    everything = (
        resources is not None and not resources.negated and any(map(matches_everything, resources.patterns))
    )
    return everything and not statement.conditions and not statement.actions.negated


def _always(statement: Statement) -> Iterator[tuple[str, str]]:
    if _is_always(statement):
        yield from ((statement.effect, pattern.lower()) for pattern in statement.actions.patterns)


def as_bytes(numbers: BitMap) -> bytes:
    numbers.run_optimize()
    found: bytes = numbers.serialize()
    return found
