"""JSON read entry by entry, so that a large file takes little memory, with line and column of what is wrong.

The encoding is told by the first bytes: UTF-8, and the UTF-16 that PowerShell's `>` writes. A name that stands twice
in one object is refused: nobody knows which one counts.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import zlib
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol
from zipfile import BadZipFile

from cloud_entitlements.inventory.offline.problems import Malformed, Problem

CHUNK = 1 << 20
MAX_ENTRY = 4 << 20
"""Characters of one entry of a list. AWS's own limits keep an identity with its policies under a tenth of it."""
_SPACE = re.compile(r"[ \t\r\n]*")
_TAIL = 16
"""Characters: a token that was cut by the end of a chunk is told at most so far before it."""


class _Refused(ValueError):
    """A value that is JSON to Python alone, or ambiguous."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"`{twice[:80]}` stands twice in one object")
    return found


def _constant(word: str) -> NoReturn:
    raise _Refused(f"`{word}` is no JSON")


def _number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise _Refused(f"the number `{text[:40]}` is too large")
    return found


def _whole_number(text: str) -> int:
    if len(text) > 40:  # noqa: PLR2004  AWS counts in 64 bits
        raise _Refused(f"the number `{text[:40]}…` is too large")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_number, parse_int=_whole_number
)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Reader:
    """A place in a file of JSON. `members` and `items` walk; `value` takes what stands there."""

    def __init__(self, file: Readable, name: str) -> None:
        self.name = name
        self._file = file
        self._text, self._at = "", 0
        self._start = 0
        """Where the last value began: what is refused after it was read is told by it."""
        self._line, self._column = 1, 1
        self._ended = False
        first = self._bytes()
        self._encoding = json.detect_encoding(first)
        self._decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        self._add(first)

    def peek(self) -> str:
        """The next character that is no space; empty at the end of the file."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(self._at):
                return ""

    def value(self) -> Any:
        if not self.peek():
            raise self.refuse("the file ends here: it was cut off", self._at)
        self._start = self._at
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._start)
            except json.JSONDecodeError as error:
                if not self._was_cut(error) or not self._more(self._start):
                    raise self._syntax(error) from error
            except _Refused as error:
                raise self.refuse(str(error)) from error
            except RecursionError as error:
                raise self.refuse("it is nested too deep") from error
            else:
                # a number may go on in the next chunk
                if end < len(self._text) or self._text[end - 1] in '}]"' or not self._more(self._start):
                    self._at = end
                    return found

    def members(self) -> Iterator[str]:
        """Names of an object; after each, its value is taken by whoever asks."""
        self._expect("{", "an object in braces")
        if self.peek() == "}":
            self._at += 1
            return
        seen: set[str] = set()
        while True:
            if self.peek() != '"':
                raise self.refuse("expected a name in double quotes", self._at)
            name = self.value()
            if name in seen:
                raise self.refuse(f"`{name[:80]}` stands twice in one object")
            seen.add(name)
            self._expect(":", "`:`")
            yield name
            if not self._goes_on("}"):
                return

    def items(self) -> Iterator[int]:
        """Numbers of a list's entries; after each, its value is taken by whoever asks."""
        self._expect("[", "a list in brackets")
        if self.peek() == "]":
            self._at += 1
            return
        number = 0
        while True:
            yield number
            if not self._goes_on("]"):
                return
            number += 1

    def refuse(self, text: str, at: int | None = None, path: str = "") -> Malformed:
        line, column = self._place(self._text[: self._start if at is None else at])
        return Malformed(Problem(self.name, text, line, column, path))

    def _expect(self, character: str, what: str) -> None:
        found = self.peek()
        if found != character:
            rest = "the file ends here: it was cut off" if not found else f"expected {what}"
            raise self.refuse(rest, self._at)
        self._at += 1

    def _goes_on(self, end: str) -> bool:
        found = self.peek()
        if found not in (",", end):
            rest = "the file ends here: it was cut off" if not found else f"expected `,` or `{end}`"
            raise self.refuse(rest, self._at)
        self._at += 1
        return found == ","

    def _was_cut(self, error: json.JSONDecodeError) -> bool:
        if len(self._text) - self._start > MAX_ENTRY:
            raise self.refuse(f"one entry has more than {MAX_ENTRY} characters") from error
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _TAIL

    def _syntax(self, error: json.JSONDecodeError) -> Malformed:
        if self._ended and error.pos >= len(self._text.rstrip()):
            return self.refuse("the file ends here: it was cut off", len(self._text.rstrip()))
        if self._ended and error.msg.startswith("Unterminated string"):
            return self.refuse("the text that begins here has no end: the file was cut off", error.pos)
        return self.refuse(f"no JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.pos)

    def _place(self, before: str) -> tuple[int, int]:
        lines = before.count("\n")
        column = len(before) - before.rfind("\n") if lines else self._column + len(before)
        return self._line + lines, column

    def _more(self, keep: int) -> bool:
        """Reads on, and lets go of the text before `keep`. False at the end of the file."""
        if self._ended:
            return False
        self._line, self._column = self._place(self._text[:keep])
        self._text = self._text[keep:]
        self._at -= keep
        self._start = max(0, self._start - keep)
        self._add(self._bytes())
        return True

    def _bytes(self) -> bytes:
        try:
            found = self._file.read(CHUNK)
        except (OSError, EOFError, BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
            raise Malformed(Problem(self.name, f"it can't be read: {error}")) from error
        self._ended = not found
        return found

    def _add(self, read: bytes) -> None:
        try:
            self._text += self._decoder.decode(read, final=self._ended)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode(self._encoding, "replace")
            text = f"a byte here is no {self._encoding.upper()}: save the file as UTF-8"
            line, column = self._place(self._text + good)
            raise Malformed(Problem(self.name, text, line, column)) from error
