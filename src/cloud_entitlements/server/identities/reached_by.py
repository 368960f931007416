"""The people and groups of Identity Center that reach a role through a permission set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cloud_entitlements.access import Directory, read_directory
from cloud_entitlements.access.people import RESERVED_PATH, AccountAccess
from cloud_entitlements.inventory import Snapshot


@dataclass(frozen=True, slots=True)
class Way:
    """A group that an assignment names, with its members; or a person whom one names."""

    name: str
    id: str
    """Of the user or group, in the identity store."""
    group: bool
    members: Sequence[str]
    """Names, of a group."""
    permission_set: str
    ambiguous: str
    """Why it may be another role; empty: it is this one."""


@dataclass(frozen=True, slots=True)
class ReachedBy:
    known: bool
    """False: Identity Center was not read whole, so there may be more."""
    why: str
    ways: Sequence[Way]


def reached_by(snapshot: Snapshot, path: str, role_arn: str) -> ReachedBy | None:
    """None: it is no role of Identity Center."""
    if not path.startswith(RESERVED_PATH):
        return None
    directory = _directory(snapshot.folder)
    direct = [one for one in directory.people_of(role_arn) if one.through is None]
    return ReachedBy(directory.known, directory.why, [_way(one, directory) for one in direct])


@lru_cache(1)
def _directory(folder: Path) -> Directory:
    """A snapshot never changes; one of a large organization takes a second to read."""
    return read_directory(Snapshot.open(folder))


def _way(one: AccountAccess, directory: Directory) -> Way:
    id_ = one.principal.rpartition("/")[2]
    ambiguous = one.why if one.state == "ambiguous" else ""
    group = directory.groups.get(one.principal)
    if group is None and ":::group/" not in one.principal:
        return Way(_person(one.principal, directory), id_, False, (), one.permission_set, ambiguous)
    members = [_person(arn, directory) for arn in group.members] if group else []
    return Way(group.name if group else id_, id_, True, sorted(members), one.permission_set, ambiguous)


def _person(arn: str, directory: Directory) -> str:
    """Somebody who was deleted may still be assigned: then the id alone is known."""
    user = directory.users.get(arn)
    return (user.display_name or user.name or user.id) if user else arn.rpartition("/")[2]
