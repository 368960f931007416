"""Wildcards: `*` any run, `?` one character; everything else is itself, dots and brackets too.

Compiled once for each pattern, to the cheapest test that will do. Three dialects: plain text, actions (ACT-01) and
resource ARNs (RES-01, RES-02).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

Matches = Callable[[str], bool]
LITERAL_STAR, LITERAL_QUESTION = "\ue000", "\ue001"
"""What stands in a pattern for a character that a variable put there, or `${*}`: private code points."""
_SEGMENTS = 6
_CACHED = 65_536


@lru_cache(_CACHED)
def text_pattern(pattern: str) -> Matches:
    """The whole text, case-sensitive, across colons and line ends (COND-05)."""
    if not has_wildcard(pattern):
        return plain(pattern).__eq__
    if set(pattern) == {"*"}:
        return lambda _text: True
    if pattern.endswith("*") and not has_wildcard(pattern[:-1]):
        prefix = plain(pattern[:-1])
        return lambda text: text.startswith(prefix)
    compiled = re.compile(as_regex(pattern, ".*", "."), re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


@lru_cache(_CACHED)
def action_pattern(pattern: str, *, any_service: bool = False) -> Matches:
    """ACT-01: of an action in lower case. `*` alone and `*:*` are every action; a service has no other wildcard."""
    folded = pattern.lower()
    if folded in ("*", "*:*"):
        return lambda _action: True
    service, colon, _ = folded.partition(":")
    if not colon or (has_wildcard(service) and not any_service):
        return lambda _action: False
    return text_pattern(folded)


@lru_cache(_CACHED)
def resource_pattern(pattern: str, *, completed: bool = True) -> Matches:
    """RES-02: segment by segment; a `*` that ends a segment may run on over the colons that follow."""
    if matches_everything(pattern) or not pattern.startswith("arn:"):
        return text_pattern(pattern)
    segments = pattern.split(":", _SEGMENTS - 1)
    whole = len(segments) == _SEGMENTS
    head = [_segment(one) for one in (segments[:-1] if whole else segments)]
    tail = [as_regex(segments[-1], ".*", ".")] if whole else []
    if not (whole or completed):
        return lambda _resource: False
    # RES-03 [I]: of fewer than six segments AWS completes the missing ones with `*`
    text = ":".join([*head, *tail]) + ("" if whole else "(?::.*)?")
    compiled = re.compile(text, re.DOTALL)
    return lambda resource: compiled.fullmatch(resource) is not None


def _segment(segment: str) -> str:
    if segment.endswith("*"):
        return as_regex(segment[:-1], "[^:]*", "[^:]") + ".*"
    return as_regex(segment, "[^:]*", "[^:]")


def matches_everything(pattern: str) -> bool:
    return bool(pattern) and set(pattern) == {"*"}


def has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def as_regex(pattern: str, run: str, one: str) -> str:
    # runs of stars are one star: "**…*" must not backtrack
    folded = re.sub(r"\*+", "*", pattern)
    meaning = {"*": run, "?": one, LITERAL_STAR: r"\*", LITERAL_QUESTION: r"\?"}
    return "".join(meaning.get(character) or re.escape(character) for character in folded)


def plain(text: str) -> str:
    """The text that a pattern without wildcards stands for."""
    return text.replace(LITERAL_STAR, "*").replace(LITERAL_QUESTION, "?")


def as_literal(text: str) -> str:
    """The pattern that matches this text alone."""
    return text.replace("*", LITERAL_STAR).replace("?", LITERAL_QUESTION)
