"""A snapshot, account by account: what each account is like, and its identities with all that is known of them.

Rows come from the tables sorted by account, so that one account's alone are in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cloud_entitlements.access.organization import Organization, Source
from cloud_entitlements.criteria.criterion import SubjectType
from cloud_entitlements.criteria.subject import AccountFacts, Row, Subject
from cloud_entitlements.inventory import Snapshot

_TABLES = (
    "users", "groups", "roles", "account_summary", "password_policy", "credential_report", "mfa_devices", "access_keys",
    "last_accessed", "oidc_providers", "saml_providers", "collections",
)  # fmt: skip
_ROOT = "<root_account>"


@dataclass(frozen=True, slots=True)
class Account:
    facts: AccountFacts
    subjects: tuple[Subject, ...]


def accounts(snapshot: Snapshot, organization: Organization) -> Iterator[Account]:
    """Those that were visited, in order of their ids; what they may do is not filled in yet."""
    streams = {table: _Stream(snapshot.by_account(table)) for table in _TABLES}
    names = {id_: row["name"] or "" for id_, row in organization.accounts.items()}
    managed = {row["arn"]: row["document"] for row in snapshot.rows("managed_policies")}
    owners = {owner for owner, _part in organization.collected if owner.isdigit()}
    for id_ in sorted(owners):
        tables = {table: stream.of(id_) for table, stream in streams.items()}
        facts = _facts(id_, names.get(id_, ""), tables)
        yield Account(facts, tuple(_subjects(facts, tables, managed)))


class _Stream:
    """Rows of one table, given out account by account in ascending order."""

    def __init__(self, grouped: Iterator[tuple[str, list[dict[str, Any]]]]) -> None:
        self._grouped = grouped
        self._next = next(grouped, None)

    def of(self, account_id: str) -> Sequence[Row]:
        while self._next is not None and self._next[0] < account_id:
            self._next = next(self._grouped, None)
        if self._next is None or self._next[0] != account_id:
            return []
        found = self._next[1]
        self._next = next(self._grouped, None)
        return found


def _facts(id_: str, name: str, tables: Mapping[str, Sequence[Row]]) -> AccountFacts:
    collections = tables["collections"]
    return AccountFacts(
        id=id_,
        name=name,
        summary={row["name"]: row["value"] for row in tables["account_summary"]},
        password_policy=next(iter(tables["password_policy"]), None),
        outcomes={row["of_collector"]: row["outcome"] for row in collections},
        collected_at={row["of_collector"]: row["collected_at"] or "" for row in collections},
        oidc_providers=tuple(tables["oidc_providers"]),
        saml_providers=tuple(tables["saml_providers"]),
        user_names=frozenset(row["name"] for row in tables["users"]),
    )


def _subjects(
    facts: AccountFacts, tables: Mapping[str, Sequence[Row]], managed: Mapping[str, str | None]
) -> Iterator[Subject]:
    groups = {row["name"]: row for row in tables["groups"]}
    known = _Known(tables)
    reports = {row["arn"]: row["columns"] for row in tables["credential_report"]}
    root = next((row for row in tables["credential_report"] if row["user"] == _ROOT), None)
    yield known.of(_root(facts, root))
    for row in tables["users"]:
        found = _subject("user", row, managed)
        yield known.of(
            replace(
                found,
                groups=tuple(row["groups"] or ()),
                through_groups=tuple(_through(row["groups"] or (), groups, managed)),
                boundary=row["boundary"],
                tags=dict(row["tags"] or {}),
                report=_columns(reports.get(row["arn"])),
            )
        )
    for row in tables["roles"]:
        found = _subject("role", row, managed)
        yield known.of(
            replace(
                found,
                boundary=row["boundary"],
                tags=dict(row["tags"] or {}),
                trust=row["trust"],
                last_used_at=when(row["last_used_at"]),
            )
        )
    members: dict[str, list[str]] = defaultdict(list)
    for row in tables["users"]:
        for name in row["groups"] or ():
            members[name].append(row["name"])
    for row in tables["groups"]:
        yield known.of(replace(_subject("group", row, managed), members=tuple(members[row["name"]])))


def _root(facts: AccountFacts, row: Row | None) -> Subject:
    """Its ARN's partition is that of the report's line; without one, of what the account's other ARNs have is not known here."""
    arn = row["arn"] if row else f"arn:aws:iam::{facts.id}:root"
    columns = _columns(row["columns"]) if row else None
    created = when((columns or {}).get("user_creation_time"))
    return Subject(arn, "root", facts.id, "root", created_at=created, report=columns)


def _subject(type_: SubjectType, row: Row, managed: Mapping[str, str | None]) -> Subject:
    return Subject(
        arn=row["arn"],
        type=type_,
        account_id=row["account_id"],
        name=row["name"],
        path=row["path"] or "/",
        created_at=when(row["created_at"]),
        attached=tuple(Source(arn, managed.get(arn)) for arn in row["attached"] or ()),
        inline=tuple(Source(f"inline policy {one['name']}", one["document"]) for one in row["inline"] or ()),
    )


def _through(
    names: Iterable[str], groups: Mapping[str, Row], managed: Mapping[str, str | None]
) -> Iterator[Source]:
    for name in names:
        group = groups.get(name)
        if group is None:
            yield Source(f"group {name}", None)
            continue
        held = _subject("group", group, managed)
        for one in (*held.inline, *held.attached):
            yield Source(f"{one.words} through group {name}", one.document)


class _Known:
    """What an account's other tables say of its identities."""

    def __init__(self, tables: Mapping[str, Sequence[Row]]) -> None:
        self._devices = _by(tables["mfa_devices"], lambda row: row["user_arn"])
        self._keys = _by(tables["access_keys"], lambda row: row["user_arn"])
        self._accessed = {row["arn"]: row for row in tables["last_accessed"]}

    def of(self, subject: Subject) -> Subject:
        return replace(
            subject,
            mfa_devices=tuple(self._devices.get(subject.arn, ())),
            access_keys=tuple(self._keys.get(subject.arn, ())),
            last_accessed=self._accessed.get(subject.arn),
            unread=tuple(one.words for one in subject.policies if one.document is None),
        )


def _by(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _columns(given: Any) -> Mapping[str, str] | None:
    return None if given is None else dict(given)


def when(text: str | None) -> datetime | None:
    """A moment of AWS's; None for `N/A`, `no_information`, `not_supported` and nothing."""
    if not text or not text[:4].isdigit():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def one_subject(snapshot: Snapshot, arn: str) -> Subject | None:
    """One identity alone, from the rows that are about it; what it may do is not filled in yet. None: it is not there."""
    account_id = (arn.split(":", 5) + [""] * 5)[4]
    tables = _rows_about(snapshot, account_id, arn)
    facts, managed = _facts(account_id, "", tables), _managed(snapshot, account_id, tables)
    return next((one for one in _subjects(facts, tables, managed) if one.arn == arn), None)


_KINDS = {"user": "users", "role": "roles", "group": "groups"}


def _rows_about(snapshot: Snapshot, account_id: str, arn: str) -> Mapping[str, Sequence[Row]]:
    """Of a user its groups too; of a group all users, for it is they that name their groups."""
    kind = _KINDS.get(arn.split(":", 5)[-1].partition("/")[0], "")
    tables: dict[str, Sequence[Row]] = dict.fromkeys(_TABLES, ())
    if kind:
        tables[kind] = list(snapshot.rows(kind, account_id=account_id, arn=arn))
    wanted = {name for row in tables["users"] for name in row["groups"] or ()}
    if wanted:
        rows = snapshot.rows("groups", account_id=account_id)
        tables["groups"] = [row for row in rows if row["name"] in wanted]
    if kind == "groups":
        tables["users"] = list(snapshot.rows("users", account_id=account_id))
    for table, column in _ABOUT_ONE:
        if snapshot.has(table):
            tables[table] = list(snapshot.rows(table, **{"account_id": account_id, column: arn}))
    return tables


_ABOUT_ONE = (
    ("credential_report", "arn"), ("last_accessed", "arn"), ("mfa_devices", "user_arn"), ("access_keys", "user_arn"),
)  # fmt: skip


def _managed(
    snapshot: Snapshot, account_id: str, tables: Mapping[str, Sequence[Row]]
) -> Mapping[str, str | None]:
    """Documents of the managed policies that are attached. An account lists those of AWS that it uses; an import may not."""
    holders = (*tables["users"], *tables["groups"], *tables["roles"])
    wanted = {arn for row in holders for arn in row["attached"] or ()}
    if not wanted:
        return {}
    rows = snapshot.rows("managed_policies", account_id=account_id)
    found = {row["arn"]: row["document"] for row in rows if row["arn"] in wanted}
    for arn in wanted - found.keys():
        found |= {row["arn"]: row["document"] for row in snapshot.rows("managed_policies", arn=arn)}
    return found
