"""General information about an identity: what AWS tells of it, and of what is around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.access.flow import Gate, statements_of
from cloud_entitlements.access.organization import Source
from cloud_entitlements.server.access.document import Line, lines
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.trust import Trusted, in_words
from cloud_entitlements.server.recommendations.policies import known_names


@dataclass(frozen=True, slots=True)
class Policy:
    """One that the identity holds, or that limits it."""

    words: str
    name: str
    arn: str
    """Empty: an inline policy."""
    comes: str
    """`attached`, `inline`, `through group auditors`."""
    document: str
    """SHA-256; empty: it was not read."""

    @property
    def aws_managed(self) -> bool:
        return self.arn.split(":")[4:5] == ["aws"]

    @property
    def kind(self) -> str:
        if self.words.startswith(_LOST_GROUP):
            return "all of a group"
        if not self.arn:
            return "inline"
        return "AWS managed" if self.aws_managed else "customer managed"


def policies(about: About) -> Sequence[Policy]:
    return [policy_of(one) for one in about.subject.policies]


_LOST_GROUP = "group "
"""What stands for the policies of a group that was not read, as `access.organization` names it."""


def policy_of(source: Source) -> Policy:
    if source.words.startswith(_LOST_GROUP):
        return Policy(source.words, source.words, "", f"through {source.words}", "")
    own, _, group = source.words.partition(" through group ")
    arn = own if own.startswith("arn:") else ""
    name = own.rpartition("/")[2] if arn else own.removeprefix("inline policy ")
    comes = f"through group {group}" if group else ("attached" if arn else "inline")
    return Policy(source.words, name, arn, comes, source.document or "")


def boundary(about: About) -> Policy | None:
    arn = about.subject.boundary
    if arn is None:
        return None
    return policy_of(Source(arn, about.index.organization.managed.get(arn)))


@dataclass(frozen=True, slots=True)
class Level:
    """Root, unit or account, with what is attached there."""

    kind: str
    name: str
    id: str
    type: str
    """`service`, `resource`."""
    policies: Sequence[Policy]


def levels(about: About) -> Sequence[Level]:
    names = place_names(about)
    return [
        Level(
            place_kind(gate.node),
            names.get(gate.node, ""),
            gate.node,
            "service" if gate.kind == "scp" else "resource",
            [Policy(one.words, one.words, "", "", one.document or "") for one in gate.policies],
        )
        for gate in about.flow.gates
        if gate.kind in ("scp", "rcp") and not gate.unread
    ]


def control_unread(about: About) -> bool:
    """What stands above its account is not known."""
    return any(gate.unread and gate.kind in ("scp", "rcp") for gate in about.flow.gates)


def place_names(about: About) -> Mapping[str, str]:
    """Of units and of its account."""
    units = {row["id"]: row["name"] or "" for row in about.snapshot.rows("units")}
    return {**units, about.one.row.account_id: about.one.row.account_name}


def place_kind(node: str) -> str:
    return {"r-": "Root", "ou": "Unit"}.get(node[:2], "Account")


def place_words(gate: Gate, names: Mapping[str, str]) -> str:
    """`Root`, `Unit Apps`, `Account shop`."""
    kind = place_kind(gate.node)
    name = names.get(gate.node, "")
    return kind if kind == "Root" or not name else f"{kind} {name}"


@dataclass(frozen=True, slots=True)
class RoleFacts:
    trust: Sequence[Trusted] | None
    """None: the trust policy was not read, or can't be."""
    document: str
    profiles: Sequence[str]
    last_used_region: str


def role_facts(about: About) -> RoleFacts:
    subject, organization = about.subject, about.index.organization
    row: Mapping[str, Any] = next(
        about.snapshot.rows("roles", account_id=subject.account_id, arn=subject.arn), {}
    )
    statements = statements_of(organization, subject.trust)
    known = known_names(about.one.row.connection_id)
    return RoleFacts(
        None if statements is None else in_words(statements, organization.accounts, known),
        subject.trust or "",
        list(row.get("instance_profiles") or ()),
        row.get("last_used_region") or "",
    )


def group_arns(about: About) -> Sequence[tuple[str, str]]:
    """Name and ARN of each group that a user is in; the ARN is empty where the group was not read."""
    rows = about.snapshot.rows("groups", account_id=about.subject.account_id)
    arns = {row["name"]: row["arn"] for row in rows}
    return [(name, arns.get(name, "")) for name in about.subject.groups]


def member_arns(about: About) -> Sequence[tuple[str, str]]:
    wanted = set(about.subject.members)
    rows = about.snapshot.rows("users", account_id=about.subject.account_id)
    return sorted((row["name"], row["arn"]) for row in rows if row["name"] in wanted)


def marked(about: About, sha256: str, numbers: Sequence[int] | None = None) -> Sequence[Line]:
    """The document, with the statements of these numbers marked; without `numbers`, every one."""
    text = about.index.organization.text(sha256)
    statements = statements_of(about.index.organization, sha256) or ()
    marks = {one.number: one.effect for one in statements if numbers is None or one.number in numbers}
    return lines(text, marks) if text else ()
