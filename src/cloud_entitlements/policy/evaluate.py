"""One decision (sections 6 and 9): the formula for what is known, then case by case for what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cloud_entitlements.policy.cells import Atom, cells_of
from cloud_entitlements.policy.condition.holds import expected_values
from cloud_entitlements.policy.context import ABSENT, Context, Unknown
from cloud_entitlements.policy.decide import Answer, decide
from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.incomplete import ORDER, incomplete
from cloud_entitlements.policy.keys import spelled
from cloud_entitlements.policy.layers import (
    BOUNDARY,
    CREDENTIALS,
    ENDPOINT,
    IDENTITY,
    RCP,
    RESOURCE,
    SCP,
    SESSION,
)
from cloud_entitlements.policy.principal import Kind
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.residual import boxes_of, keys_of, words
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.services.quirks import Quirks
from cloud_entitlements.policy.spelling import spelling
from cloud_entitlements.policy.split import MAX_CELLS, Cell, cases, count, settled
from cloud_entitlements.policy.stack import UNREAD, PolicyStack
from cloud_entitlements.policy.statement import Asked, Compiled
from cloud_entitlements.policy.truth import F, T, Truth, U
from cloud_entitlements.policy.variables import keys_in


def evaluate(stack: PolicyStack, request: Request) -> Decision:
    quirks = quirks_of(request.service)
    ways = quirks.ways(request)
    if ways is None:
        return _call(stack, request, quirks)
    key, values = ways
    found = {
        value: _call(stack, replace(request, context=request.context.with_states({key: (value,)})), quirks)
        for value in values
    }
    return _of_ways(key, found)


def _of_ways(key: str, found: Mapping[str, Decision]) -> Decision:
    """What holds whichever way it is; else the ways in which it may be allowed."""
    first, *others = found.values()
    if all((one.outcome, one.residual) == (first.outcome, first.residual) for one in others):
        return first
    open_ = {value: one for value, one in found.items() if one.outcome != "denied"}
    lines = [
        f"{spelled(key)} = {value}{f' and ({one.residual})' if one.residual else ''}"
        for value, one in open_.items()
    ]
    return replace(
        next(iter(open_.values())),
        outcome="conditional",
        residual=lines[0] if len(lines) == 1 else " or ".join(f"({line})" for line in lines),
        context_keys=tuple(sorted({key, *(name for one in open_.values() for name in one.context_keys)})),
        minimised=all(one.minimised for one in open_.values()),
        incomplete=tuple(dict.fromkeys(name for one in open_.values() for name in one.incomplete)),
        warnings=tuple(dict.fromkeys(text for one in found.values() for text in one.warnings)),
    )


def _call(stack: PolicyStack, request: Request, quirks: Quirks) -> Decision:
    """REQ-01: where one call needs several requests, all must be allowed."""
    first = _one(stack, request, quirks)
    others = quirks.also(request, stack)
    return (
        _all([first, *(_one(stack, other, quirks_of(other.service)) for other in others)])
        if others
        else first
    )


_RANK = {"denied": 0, "conditional": 1, "allowed": 2}


def _all(parts: Sequence[Decision]) -> Decision:
    """The worst of them; conditional ones are joined."""
    worst = min(parts, key=lambda one: _RANK[one.outcome])
    alike = [one for one in parts if one.outcome == worst.outcome]
    told = list(dict.fromkeys(one.residual for one in alike if one.residual))
    return replace(
        worst,
        residual=told[0] if len(told) == 1 else " and ".join(f"({one})" for one in told),
        context_keys=tuple(sorted({key for one in alike for key in one.context_keys})),
        minimised=all(one.minimised for one in alike),
        incomplete=tuple(dict.fromkeys(name for one in alike for name in one.incomplete)),
        warnings=tuple(dict.fromkeys(text for one in parts for text in one.warnings)),
        parts=tuple(parts),
    )


def _one(stack: PolicyStack, request: Request, quirks: Quirks) -> Decision:
    context = quirks.context(request, stack)
    if context is not request.context:
        request = replace(request, context=context)
    bounded = F if stack.boundary is None else _bounded(stack, request)
    asked = Asked(
        request.lowered,
        request.resource,
        context,
        request.principal,
        bounded,
        stack.switches.denies_reach_sessions,
    )
    answer = decide(stack, request, asked, quirks)
    if answer.allowed == T:
        return _decided([answer], request, T)
    if answer.allowed == U:
        decision = _split(stack, request, asked, answer)
    else:
        decision = _decided([answer], request, F)
    return decision if decision.outcome == "allowed" or not answer.layers else _noted(_reasoned(decision))


def _bounded(stack: PolicyStack, request: Request) -> Truth:
    if not request.principal.may_be_bounded:
        return F
    return U if stack.boundary is UNREAD else T


def _reasoned(decision: Decision) -> Decision:
    """REQ-03: nothing that is unknown holds it open, but what AWS asks the action about."""
    if decision.outcome != "conditional" or decision.request.resource != "*":
        return decision
    if decision.residual or decision.context_keys or decision.incomplete:
        return decision
    return replace(decision, warnings=(_UNLISTED,))


_UNLISTED = "a statement names narrower resources, and AWS does not list what it asks this action about: it may count, or not"


def _noted(decision: Decision) -> Decision:
    """EVAL-19: who is refused with a signature may be served without one."""
    request, answer = decision.request, decision.answer
    if answer.same_account is not False or not quirks_of(request.service).unsigned(request):
        return decision
    if not request.principal.account or decision.explicit_deny:
        return decision
    any_ = max(answer.layers[RESOURCE].by_kind.get(Kind.ANY, F), answer.granted.by_kind.get(Kind.ANY, F))
    if any_ == F or answer.layers[RESOURCE].unread:
        return decision
    return replace(decision, warnings=(*decision.warnings, _UNSIGNED))


_UNSIGNED = (
    "the resource admits everybody and its service takes unsigned calls: ask as principal `anonymous` too"
)


def _decided(answers: Sequence[Answer], request: Request, truth: Truth) -> Decision:
    """The first answer is that of the whole; others, if any, of its cases."""
    answer = answers[0]
    if truth == T:
        return Decision("allowed", False, (), (answer,), request, answer)
    explicit, by, asked = True, set[str](), answers[1:] or answers
    for one in asked:
        if one.denied == T:
            by |= _denying(one)
        else:
            explicit = False
            by |= _lacking(one, request)
    layers = tuple([name for name in ORDER if name in by])
    return Decision("denied", explicit, layers, asked, request, answer)


@dataclass(frozen=True, slots=True)
class _Dimension:
    cells: list[Cell]
    complete: bool


def _split(stack: PolicyStack, request: Request, asked: Asked, answer: Answer) -> Decision:
    dimensions, whole = _dimensions(answer, asked.context)
    lists = [one.cells for one in dimensions]
    lacking = incomplete(answer, request, stack)
    open_ = _conditional(answer, request, minimised=not dimensions and whole, incomplete=lacking)
    if not dimensions or count(lists) > MAX_CELLS:
        return replace(open_, context_keys=tuple(_keys(answer, asked.context)))
    answers, quirks = [answer], quirks_of(request.service)

    def of(context: Context) -> Truth:
        tried = replace(request, context=context)
        found = decide(stack, tried, asked._replace(context=context), quirks)
        answers.append(found)
        return found.allowed

    found = list(cases(lists, asked.context, of))
    truth = settled(found)
    if truth is not None:
        return _decided(answers, request, truth)
    boxes = boxes_of(found, lists)
    held = set() if whole else set(_keys(answer, asked.context)) - {cells[0].key for cells in lists}
    return replace(
        open_,
        context_keys=tuple(sorted({*keys_of(boxes, lists), *held})),
        residual=words(boxes, lists, spelling(_relevant(answer))),
        minimised=whole and all(one.complete for one in dimensions),
    )


def _conditional(
    answer: Answer, request: Request, *, minimised: bool, incomplete: tuple[str, ...]
) -> Decision:
    return Decision(
        "conditional", False, (), (answer,), request, answer, minimised=minimised, incomplete=incomplete
    )


def _relevant(answer: Answer) -> Iterator[Compiled]:
    """Statements whose truth hangs on what is not known."""
    for met in (*(met for said in answer.layers.values() for met in said.met), *answer.granted.met):
        if met.truth == U:
            yield met.statement


def _dimensions(answer: Answer, context: Context) -> tuple[list[_Dimension], bool]:
    """One for each unknown key that can be cut; False beside them when another can't, because a variable holds it."""
    atoms: dict[str, list[Atom]] = {}
    held: set[str] = set()
    for statement in _relevant(answer):
        for operator, key, values in statement.conditions:
            told = expected_values(operator, values, context, expands=statement.expands)
            known = tuple(value for value in told if isinstance(value, str))
            if len(known) < len(told):
                held |= {key, *(name for value in values for name in keys_in(value))}
            if _is_open(context, key):
                atoms.setdefault(key, []).append((operator, known))
        if statement.resources:
            held |= {name for pattern in statement.resources.variable for name in keys_in(pattern)}
    unknown_held = {key for key in held if _is_open(context, key)}
    found = [
        _Dimension(*cells_of(key, those, context, absent=context.look(key) is not Unknown.PRESENT))
        for key, those in sorted(atoms.items())
        if key not in unknown_held
    ]
    return found, not unknown_held


def _is_open(context: Context, key: str) -> bool:
    state = context.look(key)
    return isinstance(state, Unknown) and state is not ABSENT


def _keys(answer: Answer, context: Context) -> list[str]:
    found: set[str] = set()
    for statement in _relevant(answer):
        for _, key, values in statement.conditions:
            found |= {key, *(name for value in values for name in keys_in(value))}
        if statement.resources:
            found |= {name for pattern in statement.resources.variable for name in keys_in(pattern)}
    return sorted(key for key in found if _is_open(context, key))


def _denying(answer: Answer) -> set[str]:
    return {name for name in answer.layers if answer.layers[name].deny == T}


def _lacking(answer: Answer, request: Request) -> set[str]:
    """EVAL-03: what would have to allow, and does not."""
    layers = answer.layers
    if not layers:
        return set()
    lacking = {name for name in (BOUNDARY, SESSION, SCP, RCP, ENDPOINT) if layers[name].allow == F}
    if CREDENTIALS in layers and layers[CREDENTIALS].allow == F:
        lacking.add(SESSION)
    if request.principal.account and layers[IDENTITY].allow == F:
        lacking.add(IDENTITY)
    needs_resource = answer.needs_resource or not request.principal.account
    at_resource = {**layers[RESOURCE].by_kind, **answer.granted.by_kind, **answer.granted.own}
    # a kind that is open may be none of the caller's: what else should be lacking, where all others allow?
    if answer.why or not lacking or (needs_resource and not any(at_resource.values())):
        lacking.add(RESOURCE)
    return lacking
