"""A snapshot as the engine needs it: identities, accounts, policies; documents compiled when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import UNREAD, MalformedPolicy, parse_policy
from cloud_entitlements.policy.request import Home
from cloud_entitlements.policy.stack import CompiledPolicy, Member

IdentityType = Literal["user", "role"]


@dataclass(frozen=True, slots=True)
class Source:
    """A policy as a person would look for it."""

    words: str
    """`inline policy read-logs`, `arn:aws:iam::aws:policy/ReadOnlyAccess through group auditors`."""
    document: str | None
    """SHA-256; None where the document is not in the snapshot."""


@dataclass(frozen=True, slots=True)
class Identity:
    arn: str
    type: IdentityType
    account_id: str
    name: str
    policies: tuple[Source, ...]
    """Inline, managed, and those of its groups (EVAL-02)."""
    boundary: str | None
    """ARN of the managed policy, or None."""
    trust: str | None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    owner: str
    document: str | None
    """SHA-256; None: it is known to have none."""


@dataclass(frozen=True)
class Organization:
    """Read once and asked often; nothing of it changes."""

    snapshot: Snapshot
    identities: Mapping[str, Identity]
    accounts: Mapping[str, Mapping[str, Any]]
    """Rows of `accounts` by id; empty where no organization was read."""
    managed: Mapping[str, str | None]
    """SHA-256 of the default version by ARN."""
    resource_policies: Mapping[str, ResourcePolicy]
    collected: Mapping[tuple[str, str], str]
    """Outcome of each collection by account and collector."""
    standalone: bool = False
    """Somebody said that there is no organization around."""
    compiled: dict[str, Member] = field(default_factory=dict)

    @cached_property
    def management_account(self) -> str:
        return next((row["management_account_id"] for row in self.snapshot.rows("organization")), "")

    @cached_property
    def organization_id(self) -> str:
        return next((row["id"] for row in self.snapshot.rows("organization")), "")

    def was_read(self, owner: str, part: str) -> bool:
        """Now or before: a stale part still says something. `owner` is an account, or `organization`."""
        return self.collected.get((owner, part), "missing") != "missing"

    def home(self, account_id: str) -> Home | None:
        row = self.accounts.get(account_id)
        if row is None:
            return Home() if self.standalone else None
        return Home(self.organization_id, row["path"], management=account_id == self.management_account)

    def nodes(self, account_id: str) -> tuple[str, ...]:
        """Root, units and the account itself, from above."""
        above = self.accounts[account_id]["path"].strip("/").split("/")
        return (*(node for node in above if node.startswith(("r-", "ou-"))), account_id)

    def policy(self, sha256: str | None) -> Member:
        """The document, compiled; unread when it is malformed or not there."""
        if sha256 is None:
            return UNREAD
        if sha256 not in self.compiled:
            text = next((row["text"] for row in self.snapshot.rows("documents", sha256=sha256)), None)
            self.compiled[sha256] = _compiled(text)
        return self.compiled[sha256]

    def policies(self, hashes: Iterable[str | None]) -> tuple[Member, ...]:
        return tuple(self.policy(one) for one in hashes)


def _compiled(text: str | None) -> Member:
    if text is None:
        return UNREAD
    try:
        return CompiledPolicy(parse_policy(text))
    except MalformedPolicy:
        return UNREAD  # TRI-08


def read_organization(snapshot: Snapshot) -> Organization:
    managed = {row["arn"]: row["document"] for row in snapshot.rows("managed_policies")}
    groups = {(row["account_id"], row["name"]): row for row in snapshot.rows("groups")}
    identities = {
        **{row["arn"]: _user(row, groups, managed) for row in snapshot.rows("users")},
        **{row["arn"]: _identity("role", row, [row], managed) for row in snapshot.rows("roles")},
    }
    return Organization(
        snapshot=snapshot,
        identities=identities,
        accounts={row["id"]: row for row in snapshot.rows("accounts")},
        managed=managed,
        resource_policies=_resource_policies(snapshot),
        collected={
            (row["account_id"], row["of_collector"]): row["outcome"] for row in snapshot.rows("collections")
        },
        standalone=snapshot.manifest.standalone,
    )


def _user(
    row: Mapping[str, Any],
    groups: Mapping[tuple[str, str], Mapping[str, Any]],
    managed: Mapping[str, str | None],
) -> Identity:
    names = [(row["account_id"], name) for name in row["groups"] or []]
    found = _identity("user", row, [row, *(groups[name] for name in names if name in groups)], managed)
    lost = tuple(Source(f"group {name}", None) for account, name in names if (account, name) not in groups)
    return replace(found, policies=(*found.policies, *lost))


def _identity(
    type_: IdentityType,
    row: Mapping[str, Any],
    holders: Sequence[Mapping[str, Any]],
    managed: Mapping[str, str | None],
) -> Identity:
    return Identity(
        arn=row["arn"],
        type=type_,
        account_id=row["account_id"],
        name=row["name"],
        policies=tuple(
            source
            for holder in holders
            for source in _sources(
                holder, managed, "" if holder is row else f" through group {holder['name']}"
            )
        ),
        boundary=row["boundary"],
        trust=row.get("trust"),
        tags=dict(row["tags"] or {}),
    )


def _sources(holder: Mapping[str, Any], managed: Mapping[str, str | None], through: str) -> Iterator[Source]:
    for one in holder["inline"] or []:
        yield Source(f"inline policy {one['name']}{through}", one["document"])
    for arn in holder["attached"] or []:
        yield Source(f"{arn}{through}", managed.get(arn))


def _resource_policies(snapshot: Snapshot) -> dict[str, ResourcePolicy]:
    if not snapshot.has("resource_policies"):
        return {}
    return {
        row["arn"]: ResourcePolicy(row["owner"], row["document"])
        for row in snapshot.rows("resource_policies")
    }
