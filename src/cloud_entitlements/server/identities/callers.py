"""Who gets to be an identity: whom a role trusts, the people of Identity Center that reach it, the members of a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from cloud_entitlements.access.flow import statements_of
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.addresses import identity_address
from cloud_entitlements.server.identities.general import member_arns
from cloud_entitlements.server.identities.reached_by import ReachedBy, reached_by
from cloud_entitlements.server.identities.trust import ACCOUNT, Admitted, in_words
from cloud_entitlements.server.recommendations.policies import known_names


@dataclass(frozen=True, slots=True)
class Caller:
    """Who gets to be the identity: whom a role trusts, or a group's members."""

    id: str
    label: str
    note: str
    title: str
    address: str
    dashed: bool = False
    count: int = 1


def callers(about: About) -> Iterator[Caller]:
    subject = about.subject
    connection = about.one.row.connection_id
    if subject.type == "group":
        for name, arn in member_arns(about):
            address = identity_address(arn, connection, part="path")
            yield Caller(f"member:{name}", name, "member", f"the user {name} is in the group", address)
    if subject.type != "role":
        return
    reached = reached_by(about.snapshot, subject.path, subject.arn)
    yield from _trusted(about) if reached is None else _people(reached)


def _people(reached: ReachedBy) -> Iterator[Caller]:
    for one in reached.ways:
        note = f"group of {len(one.members)}" if one.group else "assigned directly"
        kind = "the group" if one.group else "the user"
        title = f"{kind} {one.name} of Identity Center, assigned the permission set {one.permission_set}"
        title += f"; {one.ambiguous}" if one.ambiguous else ""
        yield Caller(f"person:{one.id}", one.name, note, title, "", dashed=bool(one.ambiguous))
    if not reached.known:
        title = f"who else reaches it is not known: {reached.why}"
        yield Caller("person:unread", "not known", "Identity Center", title, "", dashed=True)


def _trusted(about: About) -> Iterator[Caller]:
    statements = statements_of(about.index.organization, about.subject.trust)
    if statements is None:
        yield Caller(
            "caller:unread", "not known", "trust policy", "its trust policy was not read", "", dashed=True
        )
        return
    seen: dict[str, list[bool]] = defaultdict(list)
    admitted: dict[str, Admitted] = {}
    known = known_names(about.one.row.connection_id)
    for one in in_words(statements, about.index.organization.accounts, known):
        for who in one.who if one.effect == "Allow" else ():
            value = f"all but {who.value}" if one.all_but else who.value
            seen[value].append(bool(one.conditions))
            admitted[value] = who
    for number, (value, conditional) in enumerate(seen.items()):
        who, dashed = admitted[value], all(conditional)
        title = f"{who.words} {value} may assume it" if who.value != "*" else f"{value} may assume it"
        title += f"; it is of {who.more}, a known account" if who.known else ""
        title += ", under conditions" if dashed else ""
        label = who.more if who.words == ACCOUNT and who.more else _short(value)
        yield Caller(f"caller:{number}", label, who.words * (who.words != label), title, "", dashed)


def _short(value: str) -> str:
    """The end of an ARN tells more than its beginning; of an account, its number."""
    if value.endswith("*"):
        return f"{value.removesuffix('*')}anybody"
    if not value.startswith("arn:"):
        return value
    parts = value.split(":", 5)
    return parts[4] if parts[-1] == "root" else parts[-1].rpartition("/")[2]
