"""A question about every resource that a pattern matches: parted by the patterns of the policies, an example decided of each.

Two resources that the same patterns match get the same decision. Examples are made where patterns meet, two by two, and
beside them; where three and more wildcards overlap, a meeting of all may be missed, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_entitlements.policy import Decision, PolicyStack
from cloud_entitlements.policy.common import ANY, common_arn
from cloud_entitlements.policy.context import Context, Unknown
from cloud_entitlements.policy.lint.cover import covers
from cloud_entitlements.policy.pattern import has_wildcard, matches_everything, plain, resource_pattern
from cloud_entitlements.policy.stack import CompiledPolicy, Levels, Member
from cloud_entitlements.policy.statement import Compiled
from cloud_entitlements.policy.variables import expanded, widest

RESOURCE = "resource"
"""Named among the keys that an answer hangs on."""
_MOST_LINES = 20
_LONG = 40
"""Made-up characters: more than a `?` or two could stand for."""


@dataclass(frozen=True, slots=True)
class Example:
    resource: str
    matched: frozenset[str]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Within:
    """What the examples come to together."""

    decision: Decision
    """Conditional where they differ: its residual says which resources."""
    examples: tuple[Example, ...]


def patterns_about(stack: PolicyStack, action: str, context: Context) -> list[str]:
    """All resource patterns that statements about the action (in lower case) hold, variables replaced as far as known."""
    found: dict[str, None] = {}
    for statement in statements_about(stack, action):
        for pattern in resource_patterns(statement, context):
            found[pattern] = None
    return list(found)


def resource_patterns(statement: Compiled, context: Context) -> Iterator[str]:
    """What it names in Resource or NotResource."""
    resources = statement.resources
    if resources is None:
        return
    yield from resources.patterns
    for pattern in resources.variable:
        made = expanded(pattern, context)
        if made is not None:
            yield widest(pattern) if isinstance(made, Unknown) else made


def statements_about(stack: PolicyStack, action: str) -> Iterator[Compiled]:
    layers = (stack.identity, stack.boundary, stack.session, stack.resource, stack.endpoint)
    for layer in layers:
        yield from _of_members(layer if isinstance(layer, tuple) else (), action)
    for levels in (stack.service_control, stack.resource_control):
        yield from _of_levels(levels, action)


def _of_levels(levels: Levels, action: str) -> Iterator[Compiled]:
    for level in levels if isinstance(levels, tuple) else ():
        yield from _of_members(level, action)


def _of_members(members: Iterable[Member], action: str) -> Iterator[Compiled]:
    for member in members:
        if isinstance(member, CompiledPolicy):
            yield from member.about(action)


def decide_within(
    pattern: str, others: Sequence[str], decide: Callable[[str], Decision], bases: Sequence[str] = ()
) -> Within:
    """`bases`: patterns that stand for `pattern`, e.g. the ARNs of an action's resource types for `*`."""
    chosen = bases or (pattern,)
    telling = [one for one in dict.fromkeys(others) if _tells(one, chosen)]
    examples = tuple(_examples(chosen, telling, decide))
    needed = _needed(telling, examples)
    parted = tuple({one.matched & needed: one for one in reversed(examples)}.values())
    kept = tuple(replace(one, matched=one.matched & needed) for one in reversed(parted))
    return Within(_together(pattern, sorted(needed), kept), kept)


def _needed(telling: Sequence[str], examples: Sequence[Example]) -> frozenset[str]:
    """Patterns without which two examples with different answers would be one."""
    needed = frozenset(telling)
    for one in sorted(telling):
        fewer = needed - {one}
        verdicts: dict[frozenset[str], set[Any]] = {}
        for example in examples:
            verdicts.setdefault(example.matched & fewer, set()).add(_verdict(example))
        if all(len(found) == 1 for found in verdicts.values()):
            needed = fewer
    return needed


def _tells(pattern: str, bases: Sequence[str]) -> bool:
    """It matches some of the resources, and not all."""
    if matches_everything(pattern) or all(covers(pattern, base) for base in bases):
        return False
    return any(common_arn(base, pattern) is not None for base in bases)


def _examples(
    bases: Sequence[str], telling: Sequence[str], decide: Callable[[str], Decision]
) -> Iterator[Example]:
    seen: set[frozenset[str]] = set()
    for resource in dict.fromkeys(one for base in bases for one in _candidates(base, telling)):
        matched = frozenset(one for one in telling if resource_pattern(one)(resource))
        if matched not in seen:
            seen.add(matched)
            yield Example(resource, matched, decide(resource))


def _candidates(base: str, telling: Sequence[str]) -> Iterator[str]:
    """Beside all patterns, if there is such a place; then where each meets the base, and two meet within it."""
    for filling in (ANY, ANY * _LONG, ""):
        yield plain(base.replace("*", filling).replace("?", ANY))
    meetings = {one: found for one in telling if (found := common_arn(base, one)) is not None}
    for one in meetings:
        for filling in (ANY, ANY * _LONG, ""):
            made = common_arn(base, one.replace("*", filling).replace("?", ANY))
            if made is not None:
                yield made
    yield from meetings.values()
    for one in meetings:
        for other in meetings:
            found = common_arn(one, other) if one < other else None
            if found is not None and resource_pattern(base)(found):
                yield found


def _together(pattern: str, telling: Sequence[str], examples: Sequence[Example]) -> Decision:
    first = examples[0].decision
    if all(_verdict(one) == _verdict(examples[0]) for one in examples):
        return first
    shown = next(one.decision for one in examples if one.decision.outcome != "denied")
    open_ = [one for one in examples if one.decision.outcome != "denied"]
    return replace(
        shown,
        outcome="conditional",
        residual=_lines(pattern, telling, examples),
        context_keys=tuple(sorted({RESOURCE, *(key for one in open_ for key in one.decision.context_keys)})),
        incomplete=tuple(dict.fromkeys(name for one in open_ for name in one.decision.incomplete)),
        minimised=all(one.decision.minimised for one in open_) and not _three_meet(telling),
    )


def _verdict(one: Example) -> tuple[Any, ...]:
    decision = one.decision
    return decision.outcome, decision.residual, decision.incomplete, decision.context_keys, decision.minimised


def _three_meet(telling: Sequence[str]) -> bool:
    """Only then may a meeting be missed; patterns that lie in each other meet where the inner one does."""
    wild = [one for one in telling if has_wildcard(one)]
    crossing = [
        (one, other)
        for number, one in enumerate(wild)
        for other in wild[number + 1 :]
        if not covers(one, other) and not covers(other, one) and common_arn(one, other) is not None
    ]
    return len({one for pair in crossing for one in pair}) > 2  # noqa: PLR2004


def _lines(pattern: str, telling: Sequence[str], examples: Sequence[Example]) -> str:
    lines = dict.fromkeys(
        _line(pattern, telling, one, examples) for one in examples if one.decision.outcome != "denied"
    )
    listed = list(lines)
    shown = " or ".join(f"({line})" if len(listed) > 1 else line for line in listed[:_MOST_LINES])
    more = len(listed) - _MOST_LINES
    return f"{shown} or {more} more cases" if more > 0 else shown


def _line(pattern: str, telling: Sequence[str], example: Example, examples: Sequence[Example]) -> str:
    """Only patterns that tell it from an example with another answer."""
    different = [one for one in examples if _verdict(one) != _verdict(example)]
    inside = [one for one in example.matched if any(one not in other.matched for other in different)]
    narrowest = [
        one for one in sorted(inside) if not any(one != other and covers(one, other) for other in inside)
    ]
    beside = [
        one
        for one in telling
        if one not in example.matched
        and any(one in other.matched and other.matched >= set(narrowest) for other in different)
    ]
    told = [f"{RESOURCE} like {one}" for one in narrowest] + [f"{RESOURCE} not like {one}" for one in beside]
    if example.decision.residual:
        told.append(f"({example.decision.residual})")
    return " and ".join(told) or f"{RESOURCE} like {pattern}"
