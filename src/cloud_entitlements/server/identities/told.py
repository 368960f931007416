"""A node of the access path, told in full: what it gives or takes, by which statements, and how to break it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloud_entitlements.access.flow import Given, actions_of, statements_of
from cloud_entitlements.criteria.impact import Reason
from cloud_entitlements.criteria.levels import of_services
from cloud_entitlements.criteria.subject import Reach
from cloud_entitlements.policy.document import Effect, statement_place
from cloud_entitlements.server.access.document import Line
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.addresses import permissions_address
from cloud_entitlements.server.identities.general import Policy, marked, policy_of
from cloud_entitlements.server.identities.picture import Node, Picture
from cloud_entitlements.server.identities.services import (
    Held,
    Use,
    dangerous,
    held,
    letter_of,
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
        return _of_gate(about, node, int(rest))
    return _of_service(about, node, rest) if kind == "service" else None


def _of_policy(about: About, node: Node, given: Given) -> Told:
    had, policy = held(about).within(given.actions), policy_of(given.source)
    shares = list(_shares(about, had))
    return Told(
        node,
        shares[:MOST_SERVICES],
        max(0, len(shares) - MOST_SERVICES),
        [_shown(about, policy, None)],
        dangerous(had, MOST_REASONS),
        None,
        permissions_address(about),
        fix(about, policy),
        "Take it away",
    )


def _of_gate(about: About, node: Node, number: int) -> Told:
    gate = about.flow.gates[number]
    coming = about.flow.read
    for one in about.flow.gates[:number]:
        coming &= one.passes
    taken = coming & ~gate.passes
    had = Held(Reach(taken, taken, taken, taken))
    shares = list(_shares(about, had))
    only: Effect | None = None if gate.kind == "boundary" else "Deny"
    policies = [_shown(about, policy_of(one), only) for one in gate.policies]
    return Told(
        node,
        shares[:MOST_SERVICES],
        max(0, len(shares) - MOST_SERVICES),
        policies,
        dangerous(had, MOST_REASONS),
        None,
        "",
        "",
        "",
    )


def _of_service(about: About, node: Node, name: str) -> Told:
    had = held(about).within(dict(of_services())[name])
    policies = [
        _shown(about, policy_of(one.source), "Allow", had.reach.possible)
        for one in about.flow.given
        if one.source.document and one.actions & had.reach.possible
    ]
    return Told(
        node,
        (),
        0,
        policies,
        dangerous(had, MOST_REASONS),
        uses_of(about).get(name, Use("unknown")),
        permissions_address(about, service=name),
        "",
        "",
    )


def _shares(about: About, had: Held) -> Iterator[Share]:
    """Services that have a part of it, the gravest first."""
    parts = ((name, had.within(mask)) for name, mask in of_services())
    found = [
        (*weigh(some), some.reach.possible.bit_count(), name) for name, some in parts if some.reach.possible
    ]
    for points, _, count, name in sorted(found, key=lambda one: (-one[0], -one[2], one[3])):
        yield Share(name, letter_of(points), count, permissions_address(about, service=name))


def _shown(about: About, policy: Policy, only: Effect | None, actions: int | None = None) -> Shown:
    statements = [
        one
        for one in statements_of(about.index.organization, policy.document or None) or ()
        if only in (None, one.effect) and (actions is None or actions_of(one) & actions)
    ]
    names = [one.sid or statement_place(one.number) for one in statements]
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
