"""People and groups of Identity Center: what the roles that they reach could do, is what they could do.

No criterion is about them: what can be changed is their assignments and permission sets, and the roles themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloud_entitlements.access import AccountAccess, Directory, DirectoryUser
from cloud_entitlements.access.people import RESERVED_PATH
from cloud_entitlements.criteria.criterion import Judgement
from cloud_entitlements.criteria.impact import Impact
from cloud_entitlements.criteria.subject import Subject


@dataclass(frozen=True, slots=True)
class Role:
    """A role of Identity Center's, as it was judged."""

    impact: Impact
    administrator: Judgement | None


@dataclass(frozen=True, slots=True)
class Person:
    subject: Subject
    impact: Impact
    """Of the gravest role that is reached; *at least*, where it is not known which role somebody reaches."""
    through: str
    """ARN of that role; empty: none is known."""
    administrator: bool
    """Of some account."""
    roles: int


def is_of_identity_center(subject: Subject) -> bool:
    return subject.type == "role" and subject.path.startswith(RESERVED_PATH)


def people(directory: Directory, roles: Mapping[str, Role]) -> Iterator[Person]:
    """`roles`: by ARN."""
    for user in directory.users.values():
        yield _person(user, directory, roles)
    for group in directory.groups.values():
        subject = Subject(group.arn, "directory_group", "", group.name or group.id, members=group.members)
        yield _reaching(subject, directory.roles_of(group.arn), roles)


def _person(user: DirectoryUser, directory: Directory, roles: Mapping[str, Role]) -> Person:
    names = (directory.groups[one].name for one in user.groups if one in directory.groups)
    name = user.name or user.display_name or user.id
    subject = Subject(user.arn, "directory_user", "", name, groups=tuple(names))
    return _reaching(subject, directory.roles_of(user.arn), roles)


def _reaching(subject: Subject, ways: tuple[AccountAccess, ...], roles: Mapping[str, Role]) -> Person:
    reached = sorted({one.role for one in ways if one.role and one.role in roles}, key=str)
    known = {one: roles[one] for one in reached}
    worst = max(known, key=lambda one: known[one].impact.points, default="")
    least = any(one.role is None for one in ways)
    impact = Impact("A", 0, (), least=least)
    if worst:
        found = known[worst].impact
        impact = Impact(found.letter, found.points, found.reasons, found.more, found.least or least)
    judged = [one.administrator for one in known.values() if one.administrator]
    return Person(subject, impact, worst, any(one.verdict == "fails" for one in judged), len(reached))
