"""JSON with the place of everything in it, and with repeated keys told (DOC-01): the standard parser forgets both.

Bounded in size and depth: a policy comes from wherever it was found (R1).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cloud_entitlements.policy.errors import MalformedPolicy

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 32
MAX_DIGITS = 400
_BLANK = frozenset(" \t\r\n")
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"([^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*)"')
_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null", re.ASCII)


class Node(NamedTuple):
    """A JSON value and where it begins; line 0 where it did not come from text. A tuple: a document has thousands."""

    value: Mapping[str, Node] | Sequence[Node] | str | float | bool | None
    line: int = 0
    column: int = 0
    raw: str = ""
    """A number as it was written: 1.0 is not 1 to whoever wrote it."""

    def refuse(self, text: str) -> MalformedPolicy:
        return MalformedPolicy(text, self.line, self.column)


def read(source: str | Mapping[str, Any] | Sequence[Any]) -> Node:
    """Raises MalformedPolicy for what is no JSON, too large or too deep, or repeats a key."""
    if not isinstance(source, str):
        return _from_value(source, 0)
    if len(source) > MAX_CHARACTERS:
        raise MalformedPolicy(f"the document has more than {MAX_CHARACTERS} characters")
    reader = _Reader(source)
    node = reader.value(0)
    reader.space()
    if reader.at < len(source):
        raise reader.refuse("something follows the end of the document")
    return node


def _from_value(value: Any, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise MalformedPolicy(f"the document is nested deeper than {MAX_DEPTH}")
    if isinstance(value, Mapping):
        return Node({str(key): _from_value(below, depth + 1) for key, below in value.items()})
    if isinstance(value, str | bool | None):
        return Node(value)
    if isinstance(value, int | float):
        return Node(value, raw=json.dumps(value))
    if isinstance(value, Sequence):
        return Node([_from_value(below, depth + 1) for below in value])
    raise MalformedPolicy(f"`{type(value).__name__}` is no JSON value")


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", source))]

    def refuse(self, text: str) -> MalformedPolicy:
        return MalformedPolicy(text, *self._place(self.at))

    def _place(self, at: int) -> tuple[int, int]:
        if len(self._lines) == 1:  # as AWS stores nearly all
            return 1, at + 1
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def space(self) -> str:
        """Steps over blanks; what follows them, empty at the end."""
        mark = self.source[self.at : self.at + 1]
        if mark not in _BLANK:
            return mark
        found = _SPACE.match(self.source, self.at)
        self.at = found.end() if found else self.at
        return self.source[self.at : self.at + 1]

    def value(self, depth: int) -> Node:
        first = self.space()
        if depth > MAX_DEPTH:
            raise self.refuse(f"the document is nested deeper than {MAX_DEPTH}")
        line, column = self._place(self.at)
        if first == '"':
            return Node(self._string(), line, column)
        if first == "{":
            return Node(self._mapping(depth), line, column)
        if first == "[":
            return Node(self._list(depth), line, column)
        written = self._scalar()
        return Node(json.loads(written), line, column, written)

    def _scalar(self) -> str:
        found = _SCALAR.match(self.source, self.at)
        if found is None:
            raise self.refuse("a JSON value is expected here")
        if found.end() - self.at > MAX_DIGITS:
            raise self.refuse(f"the number has more than {MAX_DIGITS} characters")
        self.at = found.end()
        return found[0]

    def _string(self) -> str:
        found = _STRING.match(self.source, self.at)
        if found is None:
            raise self.refuse("this string does not end")
        text = found[1]
        if "\\" in text:
            try:
                text = json.loads(found[0])
            except ValueError:
                raise self.refuse("this string has an escape that JSON does not know") from None
        self.at = found.end()
        return text

    def _mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        more = not self._is_empty("}")
        while more:
            if self.space() != '"':
                raise self.refuse("a name in quotes is expected here")
            place = self.at
            name = self._string()
            if name in found:
                self.at = place
                raise self.refuse(f"`{name}` is repeated")
            if self.space() != ":":
                raise self.refuse("`:` is expected here")
            self.at += 1
            found[name] = self.value(depth + 1)
            more = self._goes_on("}")
        return found

    def _list(self, depth: int) -> list[Node]:
        found: list[Node] = []
        more = not self._is_empty("]")
        while more:
            found.append(self.value(depth + 1))
            more = self._goes_on("]")
        return found

    def _is_empty(self, end: str) -> bool:
        """Steps over the bracket, and over the other one when nothing is between them."""
        self.at += 1
        empty = self.space() == end
        self.at += empty
        return empty

    def _goes_on(self, end: str) -> bool:
        """After a member: steps over the comma, or over the bracket that ends them."""
        mark = self.space()
        if mark not in (",", end):
            raise self.refuse("`,` is expected here")
        self.at += 1
        return mark == ","
