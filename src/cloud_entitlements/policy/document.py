"""A policy document as AWS stores it: statements with their elements, each in one form whatever form it was written in.

Strict, as IAM is on saving: an element that does not exist, two that exclude each other, or a repeated key raise
`MalformedPolicy` with its place. Whoever holds a stored document that can't be read treats its layer as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from cloud_entitlements.policy.condition.operators import Operator, parse_operator
from cloud_entitlements.policy.errors import MalformedPolicy
from cloud_entitlements.policy.text import Node, read

Effect = Literal["Allow", "Deny"]
VERSION_WITH_VARIABLES = "2012-10-17"
OLD_VERSION = "2008-10-17"
"""STMT-02: what a missing Version means; `${…}` is literal text then."""
PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")


class Place(NamedTuple):
    line: int = 0
    column: int = 0


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Element:
    """`Action` or `NotAction`, and so on: patterns, or all but them."""

    patterns: tuple[str, ...]
    negated: bool = False
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    entries: tuple[tuple[str, str], ...]
    """Type and value: `("AWS", "arn:…")`; `"*"` alone is `("*", "*")`."""
    negated: bool = False
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    operator: Operator
    key: str
    """As it was written."""
    values: tuple[str, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Statement:
    number: int
    """From 0."""
    effect: Effect
    actions: Element
    resources: Element | None
    """None in trust policies: the role itself."""
    principals: PrincipalElement | None
    conditions: tuple[Condition, ...]
    sid: str = ""
    place: Place = NOWHERE


def statement_place(number: int) -> str:
    """Where a statement stands in its document, `number` from 0: `Statement[0]`, as jq and the AWS CLI's `--query` take it.

    Every text that numbers a statement says it so: the number is that of `statement` in JSON.
    """
    return f"Statement[{number}]"


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    statements: tuple[Statement, ...]
    id: str = ""

    @property
    def has_variables(self) -> bool:
        return self.version == VERSION_WITH_VARIABLES


def parse_policy(source: str | Mapping[str, Any]) -> Policy:
    """Raises MalformedPolicy."""
    document = _fields(read(source), ("Version", "Id", "Statement"), "the policy")
    version = _text(document["Version"], "Version") if "Version" in document else OLD_VERSION
    if version not in (OLD_VERSION, VERSION_WITH_VARIABLES):
        raise document["Version"].refuse(f"there is no version `{version}`")
    if "Statement" not in document:
        raise MalformedPolicy("the policy has no Statement")
    statements = tuple(_statement(number, node) for number, node in enumerate(_listed(document["Statement"])))
    return Policy(version, statements, _text(document["Id"], "Id") if "Id" in document else "")


_ELEMENTS = (
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
)  # fmt: skip


def _statement(number: int, node: Node) -> Statement:
    found = _fields(node, _ELEMENTS, "a statement")
    effect = _text(found["Effect"], "Effect") if "Effect" in found else ""
    if effect not in ("Allow", "Deny"):
        raise found.get("Effect", node).refuse("Effect is `Allow` or `Deny`, in exactly this case")
    actions = _element(found, "Action", node)
    if actions is None:
        raise node.refuse("the statement has neither Action nor NotAction")
    return Statement(
        number=number,
        effect="Allow" if effect == "Allow" else "Deny",
        actions=actions,
        resources=_element(found, "Resource", node),
        principals=_principals(found, node),
        conditions=tuple(_conditions(found["Condition"])) if "Condition" in found else (),
        sid=_text(found["Sid"], "Sid") if "Sid" in found else "",
        place=_place(node),
    )


def _one_of(found: Mapping[str, Node], name: str, node: Node) -> tuple[Node, bool] | None:
    """STMT-01: an element and its negation exclude each other."""
    if name in found and f"Not{name}" in found:
        raise node.refuse(f"{name} and Not{name} exclude each other")
    if name in found:
        return found[name], False
    return (found[f"Not{name}"], True) if f"Not{name}" in found else None


def _element(found: Mapping[str, Node], name: str, node: Node) -> Element | None:
    chosen = _one_of(found, name, node)
    if chosen is None:
        return None
    listed = _listed(chosen[0])
    if not listed:
        raise chosen[0].refuse(f"{name} is empty")
    return Element(tuple(_text(one, name) for one in listed), chosen[1], tuple(_place(one) for one in listed))


def _principals(found: Mapping[str, Node], node: Node) -> PrincipalElement | None:
    chosen = _one_of(found, "Principal", node)
    if chosen is None:
        return None
    given, negated = chosen
    if isinstance(given.value, str):
        if given.value != "*":
            raise given.refuse('Principal is "*", or says which type each principal is of')
        return PrincipalElement((("*", "*"),), negated, (_place(given),))
    entries, places = [], []
    for kind, below in _fields(given, PRINCIPAL_TYPES, "Principal").items():
        for one in _listed(below):
            entries.append((kind, _text(one, kind)))
            places.append(_place(one))
    if not entries:
        raise given.refuse("Principal is empty")
    return PrincipalElement(tuple(entries), negated, tuple(places))


def _conditions(node: Node) -> Iterator[Condition]:
    for written, keys in _mapping(node, "Condition").items():
        operator = parse_operator(written)
        if operator is None:
            raise keys.refuse(f"there is no condition operator `{written}`")
        for key, values in _mapping(keys, written).items():
            yield Condition(operator, key, tuple(_scalar(one) for one in _listed(values)), _place(values))


def _scalar(node: Node) -> str:
    value = node.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return node.raw
    raise node.refuse("a condition's value is text, a number or a boolean")


def _fields(node: Node, allowed: tuple[str, ...], what: str) -> Mapping[str, Node]:
    found = _mapping(node, what)
    for name, below in found.items():
        if name not in allowed:
            raise below.refuse(f"{what} has no element `{name}`")
    return found


def _mapping(node: Node, what: str) -> Mapping[str, Node]:
    if not isinstance(node.value, Mapping):
        raise node.refuse(f"{what} is an object in braces")
    return node.value


def _listed(node: Node) -> list[Node]:
    """STMT-01: one alone stands for a list of one."""
    return list(node.value) if isinstance(node.value, list | tuple) else [node]


def _text(node: Node, what: str) -> str:
    if not isinstance(node.value, str):
        raise node.refuse(f"{what} is text")
    return node.value


def _place(node: Node) -> Place:
    return Place(node.line, node.column)
