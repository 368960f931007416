"""A node of the access path, told in full: what it gives or takes, by which statements, and how to break it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloud_entitlements.access.flow import Gate, Given, actions_of, statements_of
from cloud_entitlements.criteria.impact import Reason
from cloud_entitlements.criteria.levels import of_services
from cloud_entitlements.criteria.subject import Reach
from cloud_entitlements.policy.document import Effect
from cloud_entitlements.server.access.document import Line
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.general import Policy, marked, policy_of
from cloud_entitlements.server.identities.picture import Node, Picture
from cloud_entitlements.server.identities.services import (
    Use,
    dangerous,
    held,
    letter_of,
    permissions_address,
    uses_of,
    weigh,
)

MOST_SERVICES, MOST_REASONS = 20, 8


@dataclass(frozen=True, slots=True)
class Share:
    """Of one service."""

    name: str
    letter: str
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class Shown:
    policy: Policy
    document: Sequence[Line]
    statements: Sequence[str]
    """Those that matter here, by name or number."""


@dataclass(frozen=True, slots=True)
class Told:
    node: Node
    shares: Sequence[Share]
    shares_more: int
    policies: Sequence[Shown]
    reasons: Sequence[Reason]
    use: Use | None
    permissions: str
    """Where each action stands with its proof; empty: it has none."""
    fix: str
    """Lines to copy; empty: there are none."""
    fix_words: str


def told(about: About, picture: Picture, id_: str) -> Told | None:
    """None: there is no such node, or it has nothing to tell beyond its title."""
    node = picture.named(id_)
    kind, _, rest = id_.partition(":")
    if node is None:
        return None
    if kind == "policy":
        return _of_policy(about, node, about.flow.given[int(rest)])
    if kind == "gate":
        return _of_gate(about, node, about.flow.gates[int(rest)])
    return _of_service(about, node, rest) if kind == "service" else None


def _of_policy(about: About, node: Node, given: Given) -> Told:
    reach, policy = held(about).reach, policy_of(given.source)
    shares = list(_shares(about, reach, reach.possible & given.actions))
    return Told(
        node,
        shares[:MOST_SERVICES],
        max(0, len(shares) - MOST_SERVICES),
        [_shown(about, policy, None)],
        dangerous(_within(reach, given.actions), MOST_REASONS),
        None,
        permissions_address(about),
        fix(about, policy),
        "Take it away",
    )


def _of_gate(about: About, node: Node, gate: Gate) -> Told:
    coming = 0
    for one in about.flow.given:
        coming |= 0 if one.unread else one.actions
    for one in about.flow.gates:
        if one is gate:
            break
        coming &= one.passes
    everything = Reach(coming, coming, coming, coming)
    shares = list(_shares(about, everything, coming & ~gate.passes))
    only: Effect | None = None if gate.kind == "boundary" else "Deny"
    policies = [_shown(about, policy_of(one), only) for one in gate.policies]
    return Told(
        node, shares[:MOST_SERVICES], max(0, len(shares) - MOST_SERVICES), policies,
        dangerous(_within(everything, coming & ~gate.passes), MOST_REASONS), None, "", "", "",
    )  # fmt: skip


def _of_service(about: About, node: Node, name: str) -> Told:
    mask = dict(of_services())[name]
    reach = _within(held(about).reach, mask)
    policies = [
        _shown(about, policy_of(one.source), "Allow", mask & reach.possible)
        for one in about.flow.given
        if one.source.document and one.actions & mask & reach.possible
    ]
    return Told(
        node,
        (),
        0,
        policies,
        dangerous(reach, MOST_REASONS),
        uses_of(about).get(name, Use("unknown")),
        permissions_address(about, service=name),
        "",
        "",
    )


def _within(reach: Reach, mask: int) -> Reach:
    return Reach(reach.certain & mask, reach.broad & mask, reach.possible & mask, reach.granted & mask)


def _shares(about: About, reach: Reach, actions: int) -> Iterator[Share]:
    """Services that have a part of `actions`, the gravest first."""
    found = [(name, mask & actions) for name, mask in of_services() if mask & actions]
    ranked = sorted(
        ((weigh(reach, some)[0], some.bit_count(), name) for name, some in found),
        key=lambda one: (-one[0], -one[1], one[2]),
    )
    for points, count, name in ranked:
        yield Share(name, letter_of(points), count, permissions_address(about, service=name))


def _shown(about: About, policy: Policy, only: Effect | None, actions: int | None = None) -> Shown:
    statements = [
        one
        for one in statements_of(about.index.organization, policy.document or None) or ()
        if only in (None, one.effect) and (actions is None or actions_of(one) & actions)
    ]
    names = [one.sid or f"statement {one.number + 1}" for one in statements]
    document = marked(about, policy.document, [one.number for one in statements]) if policy.document else ()
    return Shown(policy, document, names)


def fix(about: About, policy: Policy) -> str:
    """The AWS CLI line that takes the policy away; empty where it can't be taken so."""
    subject = about.subject
    if subject.type == "root" or subject.path.startswith(("/aws-service-role/", "/aws-reserved/")):
        return ""
    who = f"--{subject.type}-name {shlex.quote(subject.name)}"
    if policy.comes.startswith("through group "):
        group = shlex.quote(policy.comes.removeprefix("through group "))
        return f"aws iam remove-user-from-group --user-name {shlex.quote(subject.name)} --group-name {group}"
    if policy.arn:
        return f"aws iam detach-{subject.type}-policy {who} --policy-arn {shlex.quote(policy.arn)}"
    return f"aws iam delete-{subject.type}-policy {who} --policy-name {shlex.quote(policy.name)}"
