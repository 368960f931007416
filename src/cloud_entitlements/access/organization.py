"""A snapshot as the engine needs it: identities, accounts, policies; documents compiled when they are first asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cloud_entitlements.access.parsed import parsed
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.policy import UNREAD, MalformedPolicy
from cloud_entitlements.policy.request import Home
from cloud_entitlements.policy.stack import CompiledPolicy, Member

_KEPT = 50_000
"""Documents that stay compiled: about 5 KB each."""
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
    groups: tuple[str, ...] = ()
    """Names of groups that a user is in."""


@dataclass(frozen=True, slots=True)
class UserGroup:
    """It is no principal (PRN-03): its policies are its users'."""

    arn: str
    account_id: str
    name: str
    policies: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    owner: str
    document: str | None
    """SHA-256; None: it is known to have none."""
    settings: str | None = None
    """Of a bucket, in JSON: `object_ownership`, `block_public_access`; None: not read."""


@dataclass(frozen=True)
class Organization:
    """Read once and asked often; nothing of it changes. Its parts may be dicts, or look things up when they are asked."""

    id: str
    """`o-…`; empty: none was read."""
    management_account: str
    identities: Mapping[str, Identity]
    """By ARN."""
    accounts: Mapping[str, Mapping[str, Any]]
    """Rows of `accounts` by id; empty where no organization was read."""
    managed: Mapping[str, str | None]
    """SHA-256 of the default version by ARN."""
    resource_policies: Mapping[str, ResourcePolicy]
    collected: Mapping[tuple[str, str], str]
    """Outcome of each collection by account and collector."""
    control_policies: Mapping[tuple[str, str], Sequence[str]]
    """SHA-256 of what is attached, by type of control policy and node."""
    control_names: Mapping[tuple[str, str], str]
    """What a person calls a control policy, by the node that it is attached to and its SHA-256."""
    control_types: Mapping[str, bool | None]
    """Types of control policies: switched on? None: not known, as of an import that was not given them."""
    text: Callable[[str], str | None]
    """A document by its SHA-256."""
    role_named: Callable[[str, str], Identity | None]
    """A role by account and name, whatever its path."""
    standalone: bool = False
    """Somebody said that there is no organization around."""
    compiled: dict[str, Member] = field(default_factory=dict)

    def was_read(self, owner: str, part: str) -> bool:
        """Now or before: a stale part still says something. `owner` is an account, or `organization`."""
        return self.collected.get((owner, part), "missing") != "missing"

    def home(self, account_id: str) -> Home | None:
        row = self.accounts.get(account_id)
        if row is None:
            return Home() if self.standalone else None
        return Home(self.id, row["path"], management=account_id == self.management_account)

    def nodes(self, account_id: str) -> tuple[str, ...]:
        """Root, units and the account itself, from above."""
        above = self.accounts[account_id]["path"].strip("/").split("/")
        return (*(node for node in above if node.startswith(("r-", "ou-"))), account_id)

    def policy(self, sha256: str | None) -> Member:
        """The document, compiled; unread when it is malformed or not there."""
        if sha256 is None:
            return UNREAD
        found = self.compiled.get(sha256)
        if found is None:
            if len(self.compiled) > _KEPT:
                self.compiled.clear()
            found = self.compiled[sha256] = _compiled(self.text(sha256))
        return found

    def policies(self, hashes: Iterable[str | None]) -> tuple[Member, ...]:
        return tuple(self.policy(one) for one in hashes)


def _compiled(text: str | None) -> Member:
    if text is None:
        return UNREAD
    try:
        return CompiledPolicy(parsed(text))
    except MalformedPolicy:
        return UNREAD  # TRI-08


def read_organization(snapshot: Snapshot) -> Organization:
    """All of it, in memory: about 3 KB an identity."""
    frame = read_frame(snapshot)
    identities = {one.arn: one for one in read_identities(snapshot, frame.managed)}
    roles = {(one.account_id, one.name): one for one in identities.values() if one.type == "role"}
    return replace(frame, identities=identities, role_named=lambda account, name: roles.get((account, name)))


def read_frame(snapshot: Snapshot) -> Organization:
    """All but the identities."""
    organization: Mapping[str, Any] = next(snapshot.rows("organization"), {})
    attached, names = _attached(snapshot)
    return Organization(
        id=organization.get("id", ""),
        management_account=organization.get("management_account_id", ""),
        identities={},
        accounts={row["id"]: row for row in snapshot.rows("accounts")},
        managed={row["arn"]: row["document"] for row in snapshot.rows("managed_policies")},
        resource_policies=_resource_policies(snapshot),
        collected={
            (row["account_id"], row["of_collector"]): row["outcome"] for row in snapshot.rows("collections")
        },
        control_policies=attached,
        control_names=names,
        control_types={row["type"]: _switched_on(row["status"]) for row in snapshot.rows("policy_types")},
        text=lambda sha256: next((row["text"] for row in snapshot.rows("documents", sha256=sha256)), None),
        role_named=lambda _account, _name: None,
        standalone=snapshot.manifest.standalone,
    )


def _switched_on(status: str) -> bool | None:
    return None if status == "UNKNOWN" else status == "ENABLED"


def read_identities(snapshot: Snapshot, managed: Mapping[str, str | None]) -> Iterator[Identity]:
    groups = {(row["account_id"], row["name"]): row for row in snapshot.rows("groups")}
    for row in snapshot.rows("users"):
        yield _user(row, groups, managed)
    for row in snapshot.rows("roles"):
        yield _identity("role", row, [row], managed)


def read_groups(snapshot: Snapshot, managed: Mapping[str, str | None]) -> Iterator[UserGroup]:
    for row in snapshot.rows("groups"):
        yield UserGroup(row["arn"], row["account_id"], row["name"], tuple(_sources(row, managed, "")))


def _attached(
    snapshot: Snapshot,
) -> tuple[Mapping[tuple[str, str], list[str]], Mapping[tuple[str, str], str]]:
    policies = {row["id"]: row for row in snapshot.rows("organization_policies")}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    names: dict[tuple[str, str], str] = {}
    for row in snapshot.rows("organization_policy_targets"):
        policy = policies.get(row["policy_id"])
        if policy is not None:
            found[policy["type"], row["target_id"]].append(policy["document"])
            names[row["target_id"], policy["document"]] = policy["name"] or policy["id"]
    return found, names


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
        groups=tuple(row.get("groups") or ()),
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
        row["arn"]: ResourcePolicy(row["owner"], row["document"], row.get("settings"))
        for row in snapshot.rows("resource_policies")
    }
