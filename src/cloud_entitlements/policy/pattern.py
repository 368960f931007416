"""Wildcards: `*` any run, `?` one character; everything else is itself, dots and brackets too.

Compiled once for each pattern, to the cheapest test that will do. Three dialects: plain text, actions (ACT-01) and
resource ARNs (RES-01, RES-02).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

Matches = Callable[[str], bool]
LITERAL_STAR, LITERAL_QUESTION = "\ue000", "\ue001"
"""What stands in a pattern for a character that a variable put there, or `${*}`: private code points."""
SEGMENTS, _SERVICE = 6, 2
"""Of an ARN: how many, and which one names the service."""
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_CACHED = 65_536


@lru_cache(_CACHED)
def text_pattern(pattern: str) -> Matches:
    """The whole text, case-sensitive, across colons and line ends (COND-05)."""
    if not has_wildcard(pattern):
        return plain(pattern).__eq__
    if matches_everything(pattern):
        return lambda _text: True
    if _is_prefix(pattern):
        prefix = plain(pattern[:-1])
        return lambda text: text.startswith(prefix)
    return tester(pattern, whole_text)


@lru_cache(_CACHED)
def action_pattern(pattern: str, *, any_service: bool = False) -> Matches:
    """ACT-01: of an action in lower case. `*` alone and `*:*` are every action; a service has no other wildcard."""
    return any_action((pattern,), any_service=any_service)


def any_action(patterns: Iterable[str], *, any_service: bool = False) -> Matches:
    """ACT-01, of all patterns of an element: names by a set, beginnings by one call. Some elements list hundreds."""
    names: set[str] = set()
    beginnings: list[str] = []
    others: list[Matches] = []
    for pattern in patterns:
        folded = pattern.lower()
        if not has_wildcard(folded):
            if ":" in folded:
                names.add(plain(folded))
            continue
        if folded in ("*", "*:*"):
            return lambda _action: True
        service, colon, _ = folded.partition(":")
        if not colon or (has_wildcard(service) and not any_service):
            continue
        if _is_prefix(folded):
            beginnings.append(plain(folded[:-1]))
        else:
            others.append(text_pattern(folded))
    return _any_of(frozenset(names), tuple(beginnings), tuple(others))


def _any_of(names: frozenset[str], beginnings: tuple[str, ...], others: tuple[Matches, ...]) -> Matches:
    if not others:
        return lambda text: text in names or text.startswith(beginnings)
    return lambda text: (
        text in names or text.startswith(beginnings) or any(matches(text) for matches in others)
    )


@lru_cache(_CACHED)
def resource_pattern(pattern: str, *, completed: bool = True) -> Matches:
    """RES-02: segment by segment; a `*` that ends a segment may run on over the colons that follow."""
    if matches_everything(pattern) or not pattern.startswith("arn:"):
        return text_pattern(pattern)
    if service_has_wildcard(pattern):
        return lambda _resource: False
    if pattern.count(":") < SEGMENTS - 1:
        return tester(pattern, _arn) if completed else lambda _resource: False
    if _is_prefix(pattern) or not has_wildcard(pattern):
        return text_pattern(pattern)  # without a wildcard before its end, segments and text are the same
    return tester(pattern, _arn)


def service_has_wildcard(pattern: str) -> bool:
    """RES-03: of an ARN; IAM stores no such resource, and none matches it."""
    return has_wildcard(":".join(pattern.split(":")[_SERVICE : _SERVICE + 1]))


def tester(pattern: str, regex: Callable[[str], str]) -> Matches:
    """RES-01: one `?` is one UTF-16 unit, so that what lies beyond the first plane takes two.

    Compiled when it is first asked: of most policies most statements never are.
    """
    in_units = "?" in pattern
    fullmatch: Callable[[str], re.Match[str] | None] | None = None

    def matches(text: str) -> bool:
        nonlocal fullmatch
        if fullmatch is None:
            fullmatch = re.compile(regex(_units(pattern) if in_units else pattern), re.DOTALL).fullmatch
        return fullmatch(_units(text) if in_units else text) is not None

    return matches


def _units(text: str) -> str:
    return text if text.isascii() else _BEYOND.sub(_pair, text)


def _pair(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(chr(int.from_bytes(units[at : at + 2])) for at in (0, 2))


def _arn(pattern: str) -> str:
    *head, tail = segments = pattern.split(":", SEGMENTS - 1)
    if len(segments) == SEGMENTS:
        return f"{_segments(head)}:{whole_text(tail)}"
    # RES-03 [I]: of fewer than six segments AWS completes the missing ones with `*`
    return _segments(segments) + "(?::.*)?"


def _segments(segments: list[str]) -> str:
    """After a `*` that runs on, the nearest place where the next segments fit is as good as any later one: each such
    search is an atomic group, but the last, which the end of the text decides.
    """
    open_ended = [number for number, one in enumerate(segments) if one.endswith("*")]
    text = ""
    for number, one in enumerate(segments):
        text += ":" if number else ""
        if number not in open_ended:
            text += segment(one)
            continue
        text += _pieces(one[:-1], "[^:]") + (")" if number != open_ended[0] else "")
        text += ".*" if number == open_ended[-1] else "(?>.*?"
    return text


def whole_text(pattern: str) -> str:
    return _anchored(pattern, ".")


def segment(pattern: str) -> str:
    return _anchored(pattern, "[^:]")


def _anchored(pattern: str, one: str) -> str:
    """The last piece stands at the end; every other one is best where it is met first."""
    before, star, last = pattern.rpartition("*")
    return f"{_pieces(before, one)}{one}*{_literal(last, one)}" if star else _literal(pattern, one)


def _pieces(pattern: str, one: str) -> str:
    # INVARIANT: no piece is looked for twice, or a policy with many stars could stop the evaluator (R1)
    first, *others = re.split(r"\*+", pattern)
    return _literal(first, one) + "".join(f"(?>{one}*?{_literal(other, one)})" for other in others)


def _literal(piece: str, one: str) -> str:
    meaning = {"?": one, LITERAL_STAR: r"\*", LITERAL_QUESTION: r"\?"}
    return "".join(meaning.get(character) or re.escape(character) for character in piece)


def matches_everything(pattern: str) -> bool:
    return bool(pattern) and set(pattern) == {"*"}


def _is_prefix(pattern: str) -> bool:
    return pattern.endswith("*") and not has_wildcard(pattern[:-1])


def has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def plain(text: str) -> str:
    """The text that a pattern without wildcards stands for."""
    return text.replace(LITERAL_STAR, "*").replace(LITERAL_QUESTION, "?")


def as_literal(text: str) -> str:
    """The pattern that matches this text alone."""
    return text.replace("*", LITERAL_STAR).replace("?", LITERAL_QUESTION)
