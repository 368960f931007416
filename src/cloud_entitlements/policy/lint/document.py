"""A document as criteria see it: parsed, of a kind, with the place of every value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cloud_entitlements.policy.document import (
    VERSION_WITH_VARIABLES,
    Condition,
    Element,
    Place,
    Policy,
    Statement,
    parse_policy,
)
from cloud_entitlements.policy.errors import MalformedPolicy
from cloud_entitlements.policy.text import Node, read

Kind = Literal["identity", "resource", "trust", "scp", "rcp"]
KINDS: tuple[Kind, ...] = get_args(Kind)
GRANTING: frozenset[Kind] = frozenset({"identity", "resource", "trust"})
"""Kinds whose Allow gives something; that of an SCP or RCP only does not take away."""
_TRUST_ACTIONS = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


@dataclass(frozen=True, slots=True)
class Document:
    source: str
    kind: Kind
    policy: Policy
    """Without statements when it is malformed."""
    root: Node
    malformed: MalformedPolicy | None = None

    @property
    def place(self) -> Place:
        return Place(self.root.line or 1, self.root.column or 1)

    @property
    def statements(self) -> tuple[Statement, ...]:
        return self.policy.statements

    def conditions(self) -> Iterator[tuple[Statement, Condition]]:
        for statement in self.statements:
            for condition in statement.conditions:
                yield statement, condition

    def values(self, statement: Statement, condition: Condition) -> Iterator[tuple[str, Place]]:
        """Each value with its own place: the parser keeps that of their list."""
        nodes = self._value_nodes(statement, condition)
        for number, value in enumerate(condition.values):
            node = nodes[number] if number < len(nodes) else None
            yield value, Place(node.line, node.column) if node else condition.place

    def _value_nodes(self, statement: Statement, condition: Condition) -> list[Node]:
        listed = _items(_below(self.root, "Statement"))
        if statement.number >= len(listed):
            return []
        keys = _below(_below(listed[statement.number], "Condition"), condition.operator.written)
        return _items(_below(keys, condition.key))


def opened(source: str, kind: Kind | None) -> Document:
    """Never raises: what can't be parsed is a document with its mistake."""
    text = source.removeprefix("\ufeff")
    empty = Policy(VERSION_WITH_VARIABLES, ())
    try:
        policy = parse_policy(text)
    except MalformedPolicy as wrong:
        return Document(text, kind or "identity", empty, Node(None), wrong)
    except (ValueError, RecursionError) as wrong:
        # a number too long for Python, and whatever else the parser did not foresee
        return Document(text, kind or "identity", empty, Node(None), MalformedPolicy(str(wrong)))
    return Document(text, kind or guessed(policy), policy, read(text))


def guessed(policy: Policy) -> Kind:
    """By what stands in it: SCPs look like identity policies, RCPs like resource policies, and have to be said."""
    if not any(statement.principals for statement in policy.statements):
        return "identity"
    return "trust" if all(_is_trust(statement) for statement in policy.statements) else "resource"


def _is_trust(statement: Statement) -> bool:
    return statement.resources is None and all(
        pattern.lower().startswith(_TRUST_ACTIONS) for pattern in statement.actions.patterns
    )


def placed(element: Element) -> Iterator[tuple[str, Place]]:
    return zip(element.patterns, element.places, strict=True)


def _below(node: Node, name: str) -> Node:
    found = node.value.get(name) if isinstance(node.value, Mapping) else None
    return found or Node(None)


def _items(node: Node) -> list[Node]:
    if isinstance(node.value, list | tuple):
        return list(node.value)
    return [node] if node.value is not None else []
