"""The proof of an answer as people read it: one layer below the other, from the principal to the resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloud_entitlements.policy import Decision, Explanation, explain
from cloud_entitlements.policy.explain import ExplainedLayer, ExplainedStatement
from cloud_entitlements.policy.layers import BOUNDARY, ENDPOINT, IDENTITY, RCP, RESOURCE, SCP, SESSION, Met
from cloud_entitlements.policy.truth import F, T, U
from cloud_entitlements.server.access.document import Line, lines
from cloud_entitlements.server.access.places import Node, Places

ORDER = (IDENTITY, BOUNDARY, SESSION, SCP, RCP, ENDPOINT, RESOURCE)
TITLES = {
    IDENTITY: "Identity policies",
    BOUNDARY: "Permissions boundary",
    SESSION: "Session policies",
    SCP: "Service control policies",
    RCP: "Resource control policies",
    ENDPOINT: "VPC endpoint policy",
    RESOURCE: "Resource policy",
}
_ABOUT = {
    IDENTITY: "What is attached to the principal and to its groups.",
    BOUNDARY: "The most that the principal's own policies may give.",
    SESSION: "What the session was limited to when it was made.",
    SCP: "What the organization lets accounts of the principal's side do: every level must allow.",
    RCP: "What the organization lets be done to resources of this account.",
    ENDPOINT: "What may pass through the network's endpoint.",
    RESOURCE: "Whom the resource itself admits.",
}
_GUARDS = (BOUNDARY, SESSION, SCP, RCP, ENDPOINT)


@dataclass(frozen=True, slots=True)
class Shown:
    """A policy with those of its statements that have a say."""

    place: str
    words: str
    statements: tuple[ExplainedStatement, ...]
    document: tuple[Line, ...]
    """Empty where it has none of its own."""


@dataclass(frozen=True, slots=True)
class Level:
    node: Node
    state: str
    words: str
    policies: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    title: str
    about: str
    state: str
    """`allowed`, `denied`, `conditional`, `not_read`, `silent`: how it looks."""
    words: str
    blocks: bool
    text: str
    limits: bool
    """It can forbid, and gives nothing."""
    levels: tuple[Level, ...]
    policies: tuple[Shown, ...]
    held: tuple[str, ...]
    """Names of the policies that are there, where none of them has a say."""


@dataclass(frozen=True, slots=True)
class Chain:
    explanation: Explanation
    links: tuple[Link, ...]
    absent: tuple[str, ...]
    """Layers that do not apply, in words."""
    parts: tuple[Chain, ...]
    """Where one call needs several requests, each one's own."""


def chain(decision: Decision, places: Places) -> Chain:
    return _chain(decision, explain(decision), places)


def _chain(decision: Decision, explanation: Explanation, places: Places) -> Chain:
    told = {one.layer: one for one in explanation.layers}
    present = [told[name] for name in ORDER if name in told]
    return Chain(
        explanation,
        tuple(_link(one, decision, places) for one in present if one.verdict != "does not apply"),
        tuple(in_words(_title(one.layer, decision)) for one in present if one.verdict == "does not apply"),
        tuple(_chain(part, one, places) for part, one in zip(decision.parts, explanation.parts, strict=True)),
    )


def in_words(title: str) -> str:
    """A title within a sentence."""
    return title if title.startswith("VPC") else title.lower()


def _title(layer: str, decision: Decision) -> str:
    trust = layer == RESOURCE and decision.request.service == "sts" and ":role/" in decision.request.resource
    return "Trust policy" if trust else TITLES[layer]


def _link(told: ExplainedLayer, decision: Decision, places: Places) -> Link:
    state, words = _verdict(told)
    levels = tuple(_levels(told, decision, places)) if told.layer in (SCP, RCP) else ()
    return Link(
        told.layer,
        _title(told.layer, decision),
        _ABOUT[told.layer],
        state,
        words,
        told.blocks,
        told.text,
        told.layer in _GUARDS,
        levels,
        () if levels else _shown(told.statements, places),
        () if told.statements else places.held(told.layer),
    )


def _verdict(told: ExplainedLayer) -> tuple[str, str]:
    if told.verdict == "denied" and not told.explicit:
        # of the two sides that give, one may give nothing where the other does; what limits must always allow
        blocks = told.blocks or told.layer in _GUARDS
        return ("denied", "does not allow") if blocks else ("silent", "adds nothing")
    return {
        "allowed": ("allowed", "lets it pass" if told.layer in _GUARDS else "allows"),
        "denied": ("denied", "denies"),
        "conditional": ("conditional", "depends"),
        "not read": ("not_read", "not read"),
    }[told.verdict]


def _levels(told: ExplainedLayer, decision: Decision, places: Places) -> Iterator[Level]:
    """None where the whole layer was not read."""
    met = decision.answer.layers[told.layer].met
    nodes = places.levels(told.layer) if told.verdict != "not read" or met else ()
    for number, node in enumerate(nodes):
        place = f"{told.layer}[{number}]"
        own = [one for one in told.statements if one.policy.startswith(f"{place}[")]
        state, words = _of_level(told.layer, node, [one for one in met if one.place == place])
        yield Level(node, state, words, _shown(own, places))


def _of_level(layer: str, node: Node, met: Sequence[Met]) -> tuple[str, str]:
    allow = max((one.truth for one in met if one.statement.allows), default=F)
    deny = max((one.truth for one in met if not one.statement.allows), default=F)
    if deny == T:
        return "denied", "denies"
    if node.unread:
        return "not_read", "not read in full"
    if layer == RCP:  # RCP-01: the policy that allows everything can't be detached
        allow = T
    if U in (deny, allow):
        return "conditional", "depends"
    return ("allowed", "lets it pass") if allow == T else ("denied", "does not allow")


def _shown(statements: Sequence[ExplainedStatement], places: Places) -> tuple[Shown, ...]:
    """Policy by policy, in the order in which they were met."""
    by_policy: dict[str, list[ExplainedStatement]] = {}
    for one in statements:
        by_policy.setdefault(one.policy, []).append(one)
    return tuple(_policy(place, those, places) for place, those in by_policy.items())


def _policy(place: str, statements: Sequence[ExplainedStatement], places: Places) -> Shown:
    stored = places.look_up(place)
    text = places.text(stored)
    marks = {one.statement: one.effect for one in statements}
    return Shown(place, stored.words, tuple(statements), lines(text, marks) if text else ())
