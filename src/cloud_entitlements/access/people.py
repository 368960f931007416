"""From a person to roles, and back: who of Identity Center reaches which role of which account, and through which group.

An assignment names a permission set, an account, and a user or a group. In that account the set is a role named
`AWSReservedSSO_<permission set>_<16 hex digits>`, below a path that is AWS's own; nothing but the name tells which.
Where no role fits, or several do, or the account was not read, that is said, and no role is guessed.
Imports `inventory`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.layers import AUTHORIZATION_DETAILS, IDENTITY_CENTER, ORGANIZATION

RESERVED_PATH = "/aws-reserved/sso.amazonaws.com/"
_ROLE = re.compile(r"AWSReservedSSO_(?P<set>.+)_[0-9a-f]{16}")
_LONGEST_NAME = 64 - len("AWSReservedSSO__0123456789abcdef")
"""What a role's name leaves for the permission set's, which AWS limits to the same 32 characters."""

RoleState = Literal["found", "missing", "ambiguous", "not_read"]
_Key = tuple[str, str]
"""An account, and the name of a permission set as roles have it."""


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    arn: str
    """`arn:aws:identitystore:::user/<id>`"""
    id: str
    name: str
    """The user name; may be an e-mail address where the identity provider sends one."""
    display_name: str
    enabled: bool | None
    """None: AWS did not tell."""
    groups: tuple[str, ...]
    """ARNs."""


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    arn: str
    """`arn:aws:identitystore:::group/<id>`"""
    id: str
    name: str
    members: tuple[str, ...]
    """ARNs of users."""


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """One way of somebody into an account."""

    principal: str
    """ARN of the user or group."""
    through: str | None
    """ARN of the group whose assignment it is; None: the principal's own."""
    account_id: str
    permission_set: str
    """Its name; empty where the set itself was not read."""
    permission_set_arn: str
    state: RoleState
    """Whether it is known which role of the account that is."""
    role: str | None
    """ARN; None unless `found`."""
    why: str
    """Why no role is named; empty where one is."""
    candidates: tuple[str, ...] = ()
    """ARNs of the roles that fit, where they are several."""


@dataclass(frozen=True, slots=True)
class _Assignment:
    principal: str
    account_id: str
    set_arn: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Read once and asked often; nothing of it changes."""

    users: Mapping[str, DirectoryUser]
    """By ARN."""
    groups: Mapping[str, DirectoryGroup]
    """By ARN."""
    known: bool
    """False: Identity Center was not read, or not whole; who is not found here is unknown, and not nobody."""
    why: str
    """Why it is not known; empty where it is."""
    read_at: str | None
    """When what stands here was read: ISO 8601, UTC."""
    _sets: Mapping[str, str] = field(default_factory=dict)
    """Names of permission sets by ARN."""
    _roles: Mapping[_Key, Sequence[str]] = field(default_factory=dict)
    _read_accounts: frozenset[str] = frozenset()
    _of_principal: Mapping[str, Sequence[_Assignment]] = field(default_factory=dict)
    _of_key: Mapping[_Key, Sequence[_Assignment]] = field(default_factory=dict)
    _alike: Mapping[str, int] = field(default_factory=dict)
    """How many permission sets are the same as far as a role's name goes."""

    def roles_of(self, arn: str) -> tuple[AccountAccess, ...]:
        """Every way of a user or group into an account, by account and permission set; empty for who has none.

        A user's ways through each of its groups are among them. An ARN that the directory does not list may still have
        assignments: AWS keeps those of people and groups that were deleted.
        """
        user = self.users.get(arn)
        holders = (arn, *(user.groups if user else ()))
        found = [
            self._access(one, arn, None if holder == arn else holder)
            for holder in holders
            for one in self._of_principal.get(holder, ())
        ]
        return tuple(sorted(found, key=_order))

    def people_of(self, role_arn: str) -> tuple[AccountAccess, ...]:
        """Every way into this role: of groups, of their members through them, of people directly.

        With the state `ambiguous` it may be this role or another of the candidates. Empty for a role that is not of
        Identity Center, and where no assignment leads to it.
        """
        key = _key_of(role_arn)
        if key is None or role_arn not in self._roles.get(key, ()):
            return ()
        return tuple(sorted(self._ways(self._of_key.get(key, ())), key=_order))

    def _ways(self, assignments: Sequence[_Assignment]) -> Iterator[AccountAccess]:
        for one in assignments:
            yield self._access(one, one.principal, None)
            group = self.groups.get(one.principal)
            for member in group.members if group else ():
                yield self._access(one, member, one.principal)

    def _access(self, one: _Assignment, principal: str, through: str | None) -> AccountAccess:
        name = self._sets.get(one.set_arn, "")
        roles = tuple(self._roles.get((one.account_id, _cut(name)), ())) if name else ()
        state, why = self._told(one, name, roles)
        return AccountAccess(
            principal=principal,
            through=through,
            account_id=one.account_id,
            permission_set=name,
            permission_set_arn=one.set_arn,
            state=state,
            role=roles[0] if state == "found" else None,
            why=why,
            candidates=roles if state == "ambiguous" else (),
        )

    def _told(self, one: _Assignment, name: str, roles: Sequence[str]) -> tuple[RoleState, str]:
        if not name:
            return (
                "not_read",
                f"the permission set `{one.set_arn}` was not read, and with it the name of its role",
            )
        if len(roles) > 1:
            return (
                "ambiguous",
                f"{len(roles)} roles of account {one.account_id} fit the permission set `{name}`",
            )
        if roles and self._alike[_cut(name)] > 1:
            return "ambiguous", f"another permission set begins like `{name}`, and the role's name ends there"
        if roles:
            return "found", ""
        if one.account_id not in self._read_accounts:
            return "not_read", f"the roles of account {one.account_id} were not read"
        return "missing", f"account {one.account_id} has no role of the permission set `{name}`"


def read_directory(snapshot: Snapshot) -> Directory:
    """All of it, in memory: about half a KB for each person and assignment."""
    known, why, read_at = _known(snapshot)
    partition = _partition(snapshot)
    sets = {row["arn"]: row["name"] for row in snapshot.rows("permission_sets")}
    users, groups = _people(snapshot, partition)
    of_principal: dict[str, list[_Assignment]] = defaultdict(list)
    of_key: dict[_Key, list[_Assignment]] = defaultdict(list)
    for row in snapshot.rows("account_assignments"):
        principal = _arn(partition, row["principal_type"].lower(), row["principal_id"])
        one = _Assignment(principal, row["target_id"], row["permission_set"])
        of_principal[principal].append(one)
        of_key[one.account_id, _cut(sets.get(one.set_arn, ""))].append(one)
    return Directory(
        users=users,
        groups=groups,
        known=known,
        why=why,
        read_at=read_at,
        _sets=sets,
        _roles=_reserved_roles(snapshot),
        _read_accounts=_read_accounts(snapshot),
        _of_principal=of_principal,
        _of_key=of_key,
        _alike=Counter(_cut(name) for name in sets.values()),
    )


def _known(snapshot: Snapshot) -> tuple[bool, str, str | None]:
    """`partial` counts as not known: what a key hid, or an import lacks, may be anybody."""
    where = {"account_id": ORGANIZATION, "of_collector": IDENTITY_CENTER}
    read: Mapping[str, Any] = next(snapshot.rows("collections", **where), {})
    if read.get("outcome") in ("collected", "carried", "stale", "absent"):
        return True, "", read["collected_at"]
    gap: Mapping[str, Any] = next(snapshot.rows("gaps", **where), {})
    why = gap.get("message") or "this snapshot was made without Identity Center"
    return False, why, read.get("collected_at")


def _partition(snapshot: Snapshot) -> str:
    row: Mapping[str, Any] = next(snapshot.rows("identity_center"), {})
    return str(row.get("instance_arn") or "arn:aws:").split(":")[1]


def _people(snapshot: Snapshot, partition: str) -> tuple[dict[str, DirectoryUser], dict[str, DirectoryGroup]]:
    groups_of: dict[str, list[str]] = defaultdict(list)
    members: dict[str, list[str]] = defaultdict(list)
    for row in snapshot.rows("directory_memberships"):
        groups_of[row["user_id"]].append(_arn(partition, "group", row["group_id"]))
        members[row["group_id"]].append(_arn(partition, "user", row["user_id"]))
    users = (
        DirectoryUser(
            arn=_arn(partition, "user", row["id"]),
            id=row["id"],
            name=row["name"] or "",
            display_name=row["display_name"] or "",
            enabled=row["enabled"],
            groups=tuple(groups_of.get(row["id"], ())),
        )
        for row in snapshot.rows("directory_users")
    )
    groups = (
        DirectoryGroup(
            arn=_arn(partition, "group", row["id"]),
            id=row["id"],
            name=row["name"] or "",
            members=tuple(members.get(row["id"], ())),
        )
        for row in snapshot.rows("directory_groups")
    )
    return {one.arn: one for one in users}, {one.arn: one for one in groups}


def _reserved_roles(snapshot: Snapshot) -> Mapping[_Key, Sequence[str]]:
    found: dict[_Key, list[str]] = defaultdict(list)
    for row in snapshot.matching("roles", "path", [RESERVED_PATH], limit=max(snapshot.count("roles"), 1)):
        key = _key_of(row["arn"])
        if key is not None:
            found[key].append(row["arn"])
    return found


def _key_of(role_arn: str) -> _Key | None:
    """None for a role that is not of Identity Center. Nobody but AWS can make one below that path."""
    account, _, resource = role_arn.partition(":iam::")[2].partition(":")
    path, _, name = resource.removeprefix("role").rpartition("/")
    named = _ROLE.fullmatch(name)
    return (account, named["set"]) if named and f"{path}/".startswith(RESERVED_PATH) else None


def _read_accounts(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(
        row["account_id"]
        for row in snapshot.rows("collections", of_collector=AUTHORIZATION_DETAILS)
        if row["outcome"] != "missing"
    )


def _arn(partition: str, kind: str, one: str) -> str:
    return f"arn:{partition}:identitystore:::{kind}/{one}"


def _cut(name: str) -> str:
    return name[:_LONGEST_NAME]


def _order(one: AccountAccess) -> tuple[str, ...]:
    return (one.account_id, one.permission_set, one.permission_set_arn, one.principal, one.through or "")
