"""How what an identity holds comes to what it may do: what each policy gives, and what each layer above lets pass.

For a picture: sets of actions as integers, told policy by policy and level by level. What all of it comes to is the index's
`possible` (`index/actions.py`), which a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

from cloud_entitlements.access.can import Asker, Question
from cloud_entitlements.access.control import RCP, SCP, ControlType, attached_levels
from cloud_entitlements.access.index.universe import actions_of_element, all_actions, under_rcp
from cloud_entitlements.access.organization import Organization, Source
from cloud_entitlements.policy import UNREAD, MalformedRequest
from cloud_entitlements.policy.context import Context
from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.principal import parse_principal
from cloud_entitlements.policy.stack import CompiledPolicy
from cloud_entitlements.policy.statement import Compiled, condition_holds
from cloud_entitlements.policy.truth import F, T, Truth, U

GateKind = Literal["own", "boundary", "scp", "rcp"]
_LINKED = ":role/aws-service-role/"


@dataclass(frozen=True, slots=True)
class Given:
    """What one policy allows, on whatever resource."""

    source: Source
    actions: int
    plain: int
    """Those of them that some statement allows without a condition that is open."""
    unread: bool = False
    """It was not read: it may give anything, and deny anything."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A layer that gives nothing and may take: its own Deny statements, the boundary, one level of control policies."""

    kind: GateKind
    node: str
    """Root, unit or account that control policies are attached to; the boundary's ARN; else empty."""
    policies: tuple[Source, ...]
    passes: int
    """Actions that it lets through on some resource, in some circumstance."""
    plain: int
    """Those of them that no open condition can take."""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    given: tuple[Given, ...]
    gates: tuple[Gate, ...]
    """In the order in which people think of them: from the identity outwards."""

    @property
    def granted(self) -> int:
        return reduce(or_, (one.actions for one in self.given), 0)

    @property
    def read(self) -> int:
        """What policies that were read allow."""
        return reduce(or_, (one.actions for one in self.given if not one.unread), 0)

    @property
    def left(self) -> int:
        """What comes through all gates."""
        found = self.granted
        for gate in self.gates:
            found &= gate.passes
        return found


def flow_of(
    organization: Organization,
    arn: str,
    account: str,
    policies: Sequence[Source],
    boundary: str | None = None,
    members: Sequence[str] | None = None,
) -> Flow:
    """Of a user or role; or of a group, as its `members` get it, by their ARNs."""
    read = _Reader(organization, _contexts(organization, (arn,) if members is None else members))
    gates = [_own(read, policies)]
    if boundary is not None:
        source = Source(boundary, organization.managed.get(boundary))
        gates.append(_limit(read, "boundary", boundary, (source,)))
    if _LINKED not in arn:  # SLR-01
        gates += _levels(read, account, "scp", SCP)
        gates += _levels(read, account, "rcp", RCP)
    given = tuple(_given(read, one) for one in policies)
    return Flow(given, tuple(one for one in gates if one.kind != "own" or one.policies))


def root_flow(organization: Organization, arn: str, account: str) -> Flow:
    """The root user needs no policy; control policies hold for it."""
    read = _Reader(organization, _contexts(organization, (arn,)))
    everything = Given(Source("being the root user of its account", None), all_actions(), all_actions())
    gates = (*_levels(read, account, "scp", SCP), *_levels(read, account, "rcp", RCP))
    return Flow((everything,), gates)


def statements_of(organization: Organization, document: str | None) -> tuple[Statement, ...] | None:
    """None: it was not read, or can't be."""
    found = organization.policy(document)
    return tuple(one.source for one in found.statements) if isinstance(found, CompiledPolicy) else None


def actions_of(statement: Statement) -> int:
    return actions_of_element(statement.actions.patterns, statement.actions.negated)


_MOST = 50
"""Members of a group whose conditions are looked at; of more, conditions stay open."""


def _contexts(organization: Organization, arns: Sequence[str]) -> tuple[Context, ...]:
    """What is known of every request of each; empty: nothing is."""
    try:
        callers = [parse_principal(one) for one in arns] if len(arns) <= _MOST else []
    except MalformedRequest:
        return ()
    asker = Asker(organization)
    return tuple(
        asker.request(one, Question(one.arn, "sts:GetCallerIdentity"), one.account).context for one in callers
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Documents as statements, and what their conditions come to for whoever holds them."""

    organization: Organization
    contexts: tuple[Context, ...]

    def statements(self, document: str | None) -> tuple[Compiled, ...] | None:
        """None: it was not read, or can't be."""
        found = self.organization.policy(document)
        return tuple(found.statements) if isinstance(found, CompiledPolicy) else None

    def holds(self, statement: Compiled) -> set[Truth]:
        """What its conditions come to, whatever its resources are."""
        if not statement.checks:
            return {T}
        return {self._in(statement, one) for one in self.contexts} or {U}

    def _in(self, statement: Compiled, context: Context) -> Truth:
        return min((condition_holds(statement, one, context) for one in statement.checks), default=T)

    def sure(self, denying: Iterable[Compiled]) -> int:
        """Denied on everything, whatever the circumstances. A condition counts as open, as it does in the index."""
        return _union(one for one in denying if one.always)

    def varying(self, denying: Iterable[Compiled]) -> int:
        """Denied for good, or when a condition holds that may hold for the identity."""
        return _union(one for one in denying if one.always or (one.checks and self.holds(one) != {F}))


def _given(read: _Reader, source: Source) -> Given:
    statements = read.statements(source.document)
    if statements is None:
        return Given(source, all_actions(), 0, unread=True)
    allowing = [one for one in statements if one.allows]
    plain = [one for one in allowing if read.holds(one) == {T}]
    return Given(source, _union(allowing), _union(plain))


def _own(read: _Reader, policies: Sequence[Source]) -> Gate:
    """What the identity's own policies deny. One that was not read may deny, but that is said of what it gives."""
    told = [(one, _denying(read.statements(one.document) or ())) for one in policies]
    denying = [one for _, those in told for one in those]
    holders = tuple(source for source, those in told if those)
    return Gate(
        "own", "", holders, all_actions() & ~read.sure(denying), all_actions() & ~read.varying(denying)
    )


def _denying(statements: Iterable[Compiled]) -> list[Compiled]:
    return [one for one in statements if not one.allows]


def _levels(read: _Reader, account: str, kind: GateKind, type_: ControlType) -> list[Gate]:
    organization = read.organization
    levels = attached_levels(organization, account, type_)
    if levels is UNREAD:
        return [Gate(kind, "", (), all_actions(), 0, unread=True)]
    if not isinstance(levels, tuple):
        return []
    nodes = organization.nodes(account)
    return [
        _limit(read, kind, node, _called(organization, node, hashes))
        for node, hashes in zip(nodes, levels, strict=True)
    ]


def _called(organization: Organization, node: str, hashes: Iterable[str]) -> tuple[Source, ...]:
    return tuple(Source(organization.control_names.get((node, one), "a policy"), one) for one in hashes)


def _limit(read: _Reader, kind: GateKind, node: str, policies: tuple[Source, ...]) -> Gate:
    found = [read.statements(one.document) for one in policies]
    if None in found:
        return Gate(kind, node, policies, all_actions(), 0, unread=True)
    statements = [one for those in found for one in those or ()]
    denying = _denying(statements)
    sure, varying = read.sure(denying), read.varying(denying)
    if kind == "rcp":  # RCP-01: what allows everything is always there, and only some services are held
        held = under_rcp()
        return Gate(kind, node, policies, all_actions() & ~(sure & held), all_actions() & ~(varying & held))
    allowing = [one for one in statements if one.allows]
    passes = _union(allowing) & ~sure
    plain = _union(one for one in allowing if read.holds(one) == {T})
    return Gate(kind, node, policies, passes, passes & plain & ~varying)


def _union(statements: Iterable[Compiled]) -> int:
    return reduce(or_, (actions_of(one.source) for one in statements), 0)
