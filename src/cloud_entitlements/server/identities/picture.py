"""The access path of an identity as nodes and edges, left to right: who gets to be it, the identity, its groups, its
policies, what limits them, and the services that are left. The gravest stand first; what is alike is grouped with a count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cloud_entitlements.access.flow import Flow, Gate, Given
from cloud_entitlements.access.index.actions import allowed_always
from cloud_entitlements.criteria.levels import of_services
from cloud_entitlements.criteria.reaches import several
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.addresses import identity_address, path_address, permissions_page
from cloud_entitlements.server.identities.callers import Caller, callers
from cloud_entitlements.server.identities.general import (
    Policy,
    group_arns,
    place_names,
    place_words,
    policy_of,
)
from cloud_entitlements.server.identities.services import Held, held, letter_of, weigh

Kind = Literal["caller", "identity", "group", "policy", "gate", "service", "stopped"]
FEW, MOST = 12, 200
"""So many policies, and services, stand alone; and so many nodes there are at most."""


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    kind: Kind
    label: str
    note: str
    """A few words below or beside the label."""
    title: str
    """What it is and does, in a sentence."""
    address: str
    letter: str = ""
    dashed: bool = False
    """It may be otherwise: a condition decides, or something was not read."""
    takes: bool = False
    """A gate that takes something."""
    count: int = 1
    """How many it stands for."""

    @property
    def more(self) -> str:
        """The title without the label that stands before it in a list."""
        return self.title.removeprefix(self.label).removeprefix(":").strip()

    @property
    def opens(self) -> bool:
        """It is told in full beside the picture; else it leads elsewhere."""
        return self.kind in ("policy", "gate", "service", "stopped") and ":" in self.id


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    title: str
    dashed: bool = False
    own: bool = False
    """It is dashed by the policy's own conditions, before anything limits it."""


@dataclass(frozen=True, slots=True)
class Picture:
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    grouped: int
    """What stands for itself in no node, but is told as a number."""
    open_from: Mapping[str, str]
    """By lane, that is service or group of them: the gate from which on conditions decide all of it; empty: from no gate."""
    unread: Sequence[str]
    """Policies that were not read: they may give more."""

    def of(self, kind: Kind) -> Sequence[Node]:
        return [one for one in self.nodes if one.kind == kind]

    def leaving(self, node: Node) -> Sequence[Edge]:
        return [one for one in self.edges if one.source == node.id]

    def named(self, id_: str) -> Node | None:
        return next((one for one in self.nodes if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address says is unfolded."""

    policies: bool = False
    services: bool = False


def picture(about: About, wanted: Wanted | None = None) -> Picture:
    drawn = _Drawn(about, wanted or Wanted())
    drawn.draw()
    unread = [one.source.words for one in drawn.flow.given if one.unread]
    return Picture(drawn.nodes, drawn.edges, drawn.grouped, drawn.open_from, unread)


@dataclass(frozen=True, slots=True)
class Row:
    """A lane through the gates: one service, several, or those that one gate stops."""

    node: Node
    actions: int
    """That reach it."""
    services: int


@dataclass
class _Drawn:
    about: About
    wanted: Wanted
    flow: Flow = field(init=False)
    held: Held = field(init=False)
    places: Mapping[str, str] = field(init=False)
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    grouped: int = 0
    open_from: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.flow, self.held = self.about.flow, held(self.about)
        self.places = place_names(self.about)

    def draw(self) -> None:
        subject = self.about.subject
        self._callers()
        self._add(Node("identity", "identity", subject.name, subject.type, subject.arn, self._general()))
        policies = self._policies()
        gates = self._gates()
        rows = [*self._services(), *self._stopped(gates)]
        self.open_from |= {row.node.id: self._open_from(row) for row in rows}
        for number, (node, given) in enumerate(policies):
            self._to_policy(node, given, number)
            for row in rows:
                self._to_row(node, given, row)

    # Where things lead

    def _address(self, **more: str) -> str:
        wanted = {"policies": "all"} if self.wanted.policies else {}
        wanted |= {"services": "all"} if self.wanted.services else {}
        return path_address(self.about, **wanted, **more)

    def _general(self) -> str:
        return identity_address(self.about.subject.arn, self.about.one.row.connection_id, part="general")

    def _add(self, node: Node) -> Node:
        self.nodes.append(node)
        return node

    # Who gets to be it

    def _callers(self) -> None:
        found = list(callers(self.about))
        for one in found[:FEW]:
            self._caller(one)
        rest = found[FEW:]
        if rest:
            self.grouped += len(rest)
            label, title = f"and {len(rest)} more", several((one.label for one in rest), FEW)
            self._caller(Caller("callers", label, "", title, "", count=len(rest)))

    def _caller(self, one: Caller) -> None:
        address = one.address or self._general()
        node = self._add(
            Node(
                one.id, "caller", one.label, one.note, one.title, address, dashed=one.dashed, count=one.count
            )
        )
        self.edges.append(Edge(node.id, "identity", one.title, one.dashed))

    # What it holds

    def _policies(self) -> list[tuple[Node, tuple[Given, ...]]]:
        """Each node with what it stands for."""
        groups = dict(group_arns(self.about))
        for name in self.about.subject.groups:
            title = f"group {name}: its policies are the user's too"
            arn = groups.get(name, "")
            address = identity_address(arn, self.about.one.row.connection_id, part="path") if arn else ""
            node = self._add(Node(f"group:{name}", "group", name, "group", title, address or self._general()))
            self.edges.append(Edge("identity", node.id, f"it is in the group {name}"))
        ranked = sorted(
            enumerate(self.flow.given),
            key=lambda pair: (-weigh(self.held.within(pair[1].actions))[0], pair[0]),
        )
        most = MOST // 3 if self.wanted.policies else FEW
        shown, rest = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
        found: list[tuple[Node, tuple[Given, ...]]] = [
            (self._policy(number, one), (one,)) for number, one in shown
        ]
        if rest:
            self.grouped += len(rest)
            names = several((policy_of(one.source).name for _, one in rest), FEW)
            address = self._address(policies="all")
            node = Node(
                "policies", "policy", f"and {len(rest)} more", "policies", names, address, count=len(rest)
            )
            found.append((self._add(node), tuple(one for _, one in rest)))
        return found

    def _policy(self, number: int, given: Given) -> Node:
        policy = policy_of(given.source)
        gives = given.actions.bit_count()
        title = f"{policy.words}: it allows {gives} action{'s' * (gives != 1)}"
        if given.unread:
            title = f"{policy.words}: it was not read, and may give anything"
        elif not gives:
            title = f"{policy.words}: it allows nothing"
        id_ = f"policy:{number}"
        kind = "being root" if self.about.subject.type == "root" else policy.kind
        return self._add(
            Node(id_, "policy", policy.name, kind, title, self._address(at=id_), dashed=given.unread)
        )

    def _to_policy(self, node: Node, given: tuple[Given, ...], number: int) -> None:
        sources = {_holder(policy_of(one.source)) for one in given}
        for source in sorted(sources):
            title = (
                node.title if source == "identity" else f"{node.title}, through {source.replace(':', ' ', 1)}"
            )
            known = source == "identity" or any(one.id == source for one in self.nodes)
            self.edges.append(Edge(source if known else "identity", node.id, title, node.dashed))

    # What limits it

    def _gates(self) -> list[tuple[Node, int, int]]:
        """Each with the actions that come to it, and those that leave it. Levels that take nothing stand together."""
        found: list[tuple[Node, int, int]] = []
        coming, open_ = self._granted(), list[Gate]()
        for number, gate in enumerate(self.flow.gates):
            leaving = coming & gate.passes
            if gate.kind in ("scp", "rcp") and leaving == coming and gate.plain & coming == coming:
                open_.append(gate)
                continue
            found.append((self._gate(number, gate, coming, leaving), coming, leaving))
            coming = leaving
        if open_:
            self.grouped += len(open_) - 1
            self._open_gates(open_)
        return found

    def _granted(self) -> int:
        """What was read gives."""
        type_ = self.about.subject.type
        return self.flow.read & ~allowed_always("user" if type_ == "group" else type_)

    def _gate(self, number: int, gate: Gate, coming: int, leaving: int) -> Node:
        taken, at_times = (coming & ~leaving).bit_count(), (leaving & ~gate.plain).bit_count()
        label = gate_words(gate, self.places)
        note, title = _taking(label, coming.bit_count(), taken, at_times, unread=gate.unread)
        id_ = f"gate:{number}"
        return self._add(
            Node(
                id_, "gate", label, note, title, self._address(at=id_),
                dashed=gate.unread or (not taken and bool(at_times)), takes=bool(taken),
            )
        )  # fmt: skip

    def _open_gates(self, gates: list[Gate]) -> None:
        title = f"They let everything pass that it has: {several((gate_words(one, self.places) for one in gates), FEW)}"
        label = f"{len(gates)} other level{'s' * (len(gates) > 1)}"
        self._add(
            Node(
                "gates",
                "gate",
                label,
                "let all pass",
                title,
                f"{self._general()}#control-policies",
                count=len(gates),
            )
        )

    # What is left

    def _services(self) -> Iterator[Row]:
        ranked = sorted(
            (
                (-weigh(some)[0], -some.reach.possible.bit_count(), name, some)
                for name, mask in of_services()
                if (some := self.held.within(mask)).reach.possible
            ),
            key=lambda one: one[:3],
        )
        most = max(FEW, MOST - len(self.nodes) - len(self.flow.gates) - 1) if self.wanted.services else FEW
        shown, rest = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
        for _, _, name, some in shown:
            yield self._service(name, some)
        if rest:
            yield self._rest([(name, some) for _, _, name, some in rest])

    def _service(self, name: str, some: Held) -> Row:
        points, grave = weigh(some)
        count, letter = some.reach.possible.bit_count(), letter_of(points)
        many = f"{count} action{'s' * (count != 1)}"
        title = f"{name}: {many}, {grave} of them dangerous; impact {letter}"
        id_ = f"service:{name}"
        node = Node(id_, "service", name, many, title, self._address(at=id_), letter)
        return Row(self._add(node), some.reach.possible, 1)

    def _rest(self, those: list[tuple[str, Held]]) -> Row:
        """The gravest of them decides the letter."""
        self.grouped += len(those)
        united, names = 0, [name for name, _ in those]
        for _, some in those:
            united |= some.reach.possible
        letter = letter_of(weigh(those[0][1])[0])
        title = f"{len(names)} more services, impact {letter} at most: {several(names, FEW)}"
        address = permissions_page(self.about) if self.wanted.services else self._address(services="all")
        node = Node(
            "services",
            "service",
            f"and {len(names)} more",
            "services",
            title,
            address,
            letter,
            count=len(names),
        )
        return Row(self._add(node), united, len(names))

    def _stopped(self, gates: list[tuple[Node, int, int]]) -> Iterator[Row]:
        """Services of which a gate leaves nothing, gate by gate."""
        for gate, coming, leaving in gates:
            lost = [(name, mask) for name, mask in of_services() if coming & mask and not leaving & mask]
            if not lost:
                continue
            united = 0
            for _, mask in lost:
                united |= mask & coming
            names, many = [name for name, _ in lost], f"{len(lost)} service{'s' * (len(lost) != 1)}"
            title = f"{gate.label} stops all of {several(names, FEW)}"
            label = names[0] if len(names) == 1 else many
            node = Node(
                f"stopped:{gate.id}", "stopped", label, "stopped", title, gate.address, count=len(names)
            )
            yield Row(self._add(node), united, len(names))

    def _open_from(self, row: Row) -> str:
        """The gate after which nothing of the row is sure."""
        plain = 0
        for one in self.flow.given:
            plain |= 0 if one.unread else one.plain & row.actions
        for number, gate in enumerate(self.flow.gates):
            if plain and not plain & gate.plain:
                return f"gate:{number}"
            plain &= gate.plain
        return ""

    def _to_row(self, node: Node, given: tuple[Given, ...], row: Row) -> None:
        actions = plain = 0
        for one in given:
            actions |= 0 if one.unread else one.actions & row.actions
            plain |= 0 if one.unread else one.plain & row.actions
        if not actions:
            return
        own = not plain
        for gate in self.flow.gates if row.node.kind == "service" else ():
            plain &= gate.plain
        count = actions.bit_count()
        title = f"{node.label} gives {count} action{'s' * (count != 1)} of {row.node.label}"
        if row.node.kind == "stopped":
            title = f"{node.label} would give {count} action{'s' * (count != 1)}; {row.node.title}"
        elif not plain:
            title += ", under conditions"
        self.edges.append(Edge(node.id, row.node.id, title, not plain, own))


def _holder(policy: Policy) -> str:
    return (
        f"group:{policy.comes.removeprefix('through group ')}"
        if policy.comes.startswith("through ")
        else "identity"
    )


def _taking(label: str, coming: int, taken: int, at_times: int, *, unread: bool) -> tuple[str, str]:
    """In a few words, and in a sentence."""
    if unread:
        return "not read", f"{label}: not read in full, so it may take anything"
    if taken:
        more = f", and {at_times} more under conditions" if at_times else ""
        return f"takes {taken}", f"{label} takes {taken} of {coming} actions{more}"
    if at_times:
        return f"may take {at_times}", f"{label} takes {at_times} of {coming} actions under conditions"
    return "takes nothing", f"{label} takes nothing of {coming} actions"


def gate_words(gate: Gate, names: Mapping[str, str]) -> str:
    if gate.kind == "own":
        return "Its own Deny statements"
    if gate.kind == "boundary":
        return f"Boundary {gate.node.rpartition('/')[2]}"
    short = "SCP" if gate.kind == "scp" else "RCP"
    return f"{short} at {place_words(gate, names)}" if gate.node else f"{short}s of the organization"
