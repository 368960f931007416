"""`${…}` in a resource and in values of conditions (VAR-01 to VAR-04).

A text is cut into literal pieces and keys once; expanding joins them to a pattern again, in which a substituted value is
literal: its `*` is no wildcard.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cloud_entitlements.policy.context import ABSENT, Context, Unknown
from cloud_entitlements.policy.pattern import SEGMENTS, as_literal

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULTED = re.compile(r"([^,]*?)\s*,\s*'([^']*)'\s*")
_LITERAL = {"*": as_literal("*"), "?": as_literal("?"), "$": "$"}


@dataclass(frozen=True, slots=True)
class Variable:
    key: str
    """In lower case."""
    default: str | None


@lru_cache(65_536)
def pieces(text: str) -> tuple[str | Variable, ...]:
    """A single string when there is nothing to replace."""
    found: list[str | Variable] = []
    last = 0
    for match in _VARIABLE.finditer(text):
        found.append(text[last : match.start()])
        found.append(_piece(match[1]))
        last = match.end()
    found.append(text[last:])
    return tuple(one for one in found if one != "") or ("",)


def _piece(inside: str) -> str | Variable:
    if inside in _LITERAL:
        return _LITERAL[inside]
    defaulted = _DEFAULTED.fullmatch(inside)
    if defaulted:
        return Variable(defaulted[1].strip().lower(), defaulted[2])
    return Variable(inside.strip().lower(), None)


def keys_in(text: str) -> frozenset[str]:
    return frozenset(one.key for one in pieces(text) if isinstance(one, Variable))


def names_in(text: str) -> Iterator[str]:
    """The keys as they were written."""
    for match in _VARIABLE.finditer(text):
        yield match[1].partition(",")[0].strip()


def expanded(text: str, context: Context) -> str | Unknown | None:
    """None: a variable without a value, so that the element matches nothing (VAR-02). UNKNOWN: a key is not known."""
    parts = [one if isinstance(one, str) else _value(one, context) for one in pieces(text)]
    if None in parts:
        return None
    told = [part for part in parts if isinstance(part, str)]
    return "".join(told) if len(told) == len(parts) else Unknown.UNKNOWN


def stands_in_resource_part(text: str) -> bool:
    """RES-05: before the first variable lie the five colons that lead to the resource. AWS does not say what a variable
    elsewhere does; here its pattern matches nothing.
    """
    before = itertools.takewhile(lambda one: isinstance(one, str), pieces(text))
    lead = "".join(one for one in before if isinstance(one, str))
    return not keys_in(text) or (lead.startswith("arn:") and lead.count(":") >= SEGMENTS - 1)


def widest(text: str) -> str:
    """The widest that a pattern with variables could mean."""
    return "".join(one if isinstance(one, str) else "*" for one in pieces(text))


def _value(variable: Variable, context: Context) -> str | Unknown | None:
    if context.multivalued(variable.key):
        return None  # VAR-03: never expands, not even to its default
    state = context.look(variable.key)
    if state is ABSENT:
        return None if variable.default is None else as_literal(variable.default)
    if isinstance(state, Unknown):
        return Unknown.UNKNOWN
    return as_literal(state[0])
