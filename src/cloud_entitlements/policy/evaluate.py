"""One decision (sections 6 and 9): the formula for what is known, then case by case for what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cloud_entitlements.policy.cells import Atom, cells_of
from cloud_entitlements.policy.condition.holds import expected_values
from cloud_entitlements.policy.context import ABSENT, Context, Unknown
from cloud_entitlements.policy.decide import Answer, decide
from cloud_entitlements.policy.decision import Decision
from cloud_entitlements.policy.layers import BOUNDARY, ENDPOINT, IDENTITY, RCP, RESOURCE, SCP, SESSION, Met
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.residual import boxes_of, keys_of, words
from cloud_entitlements.policy.services import quirks_of
from cloud_entitlements.policy.split import MAX_CELLS, Case, Cell, cases, count, settled
from cloud_entitlements.policy.stack import UNREAD, PolicyStack
from cloud_entitlements.policy.statement import Asked, Compiled
from cloud_entitlements.policy.truth import F, T, Truth, U
from cloud_entitlements.policy.variables import keys_in

_ORDER = (IDENTITY, RESOURCE, BOUNDARY, SESSION, SCP, RCP, ENDPOINT)


def evaluate(stack: PolicyStack, request: Request) -> Decision:
    """REQ-01: where one call needs several requests, all must be allowed."""
    first = _one(stack, request)
    for action, other in quirks_of(request.service).also:
        if request.action.lower() == action:
            first = _both(first, _one(stack, replace(request, action=other)))
    return first


def _both(first: Decision, second: Decision) -> Decision:
    """The worse of the two; two conditional ones are joined."""
    rank = {"denied": 0, "conditional": 1, "allowed": 2}
    if rank[first.outcome] != rank[second.outcome]:
        return min(first, second, key=lambda one: rank[one.outcome])
    if first.outcome != "conditional":
        return replace(first, statements=(*first.statements, *second.statements))
    return replace(
        first,
        residual=f"({first.residual}) and ({second.residual})",
        context_keys=tuple(sorted({*first.context_keys, *second.context_keys})),
        statements=(*first.statements, *second.statements),
    )


def _one(stack: PolicyStack, request: Request) -> Decision:
    asked = Asked(
        request.action.lower(),
        request.resource,
        request.context,
        request.principal,
        bounded=F if stack.boundary is None else U if stack.boundary is UNREAD else T,
    )
    answer = decide(stack, request, asked)
    if answer.allowed != U:
        return _decided(answer, request, answer.allowed)
    return _split(stack, request, asked, answer)


def _decided(answer: Answer, request: Request, truth: Truth) -> Decision:
    if truth == T:
        return Decision("allowed", False, (), _allowing(answer), request, answer)
    explicit = answer.denied == T
    by = _denying_layers(answer) if explicit else _lacking_layers(answer, request)
    statements = _denying(answer) if explicit else ()
    return Decision("denied", explicit, by, statements, request, answer)


@dataclass(frozen=True, slots=True)
class _Dimension:
    cells: list[Cell]
    complete: bool


def _split(stack: PolicyStack, request: Request, asked: Asked, answer: Answer) -> Decision:
    dimensions, whole = _dimensions(answer, asked.context)
    if not dimensions or count([one.cells for one in dimensions]) > MAX_CELLS:
        minimised = whole and not dimensions
        return _conditional(answer, request, _keys(answer, asked.context), "", minimised=minimised)
    lists = [one.cells for one in dimensions]
    denied: list[Truth] = []

    def of(context: Context) -> Truth:
        found = decide(stack, replace(request, context=context), replace(asked, context=context))
        denied.append(found.denied)
        return found.allowed

    found = list(cases(lists, asked.context, of))
    truth = settled(found)
    if truth is not None:
        decision = _decided(answer, request, truth)
        explicit = truth == F and all(one == T for one in denied)
        return replace(decision, explicit_deny=explicit)
    return _of_cases(
        found, lists, answer, request, minimised=whole and all(one.complete for one in dimensions)
    )


def _of_cases(
    found: Sequence[Case],
    lists: Sequence[Sequence[Cell]],
    answer: Answer,
    request: Request,
    *,
    minimised: bool,
) -> Decision:
    boxes = boxes_of(found, lists)
    return _conditional(answer, request, keys_of(boxes, lists), words(boxes, lists), minimised=minimised)


def _conditional(
    answer: Answer, request: Request, keys: Sequence[str], residual: str, *, minimised: bool
) -> Decision:
    incomplete = tuple(name for name in _ORDER if name in answer.layers and answer.layers[name].unread)
    if answer.same_account is None and not answer.settled and request.principal.account:
        incomplete = (*incomplete, "resource_account")
    statements = tuple(met for said in answer.layers.values() for met in said.met)
    return Decision(
        "conditional", False, (), statements, request, answer, tuple(keys), residual, minimised, incomplete
    )


def _relevant(answer: Answer) -> Iterator[Compiled]:
    """Statements whose truth hangs on what is not known."""
    for said in answer.layers.values():
        for met in said.met:
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


def _allowing(answer: Answer) -> tuple[Met, ...]:
    return tuple(
        met for said in answer.layers.values() for met in said.met if met.statement.allows and met.truth == T
    )


def _denying(answer: Answer) -> tuple[Met, ...]:
    return tuple(
        met
        for said in answer.layers.values()
        for met in said.met
        if not met.statement.allows and met.truth == T
    )


def _denying_layers(answer: Answer) -> tuple[str, ...]:
    return tuple(name for name in _ORDER if name in answer.layers and answer.layers[name].deny == T)


def _lacking_layers(answer: Answer, request: Request) -> tuple[str, ...]:
    """What would have to allow, and does not."""
    layers = answer.layers
    if answer.settled or not layers:
        return ()
    lacking = [name for name in (BOUNDARY, SESSION, SCP, RCP, ENDPOINT) if layers[name].allow == F]
    caller = request.principal
    if caller.account and layers[IDENTITY].allow == F:
        lacking.append(IDENTITY)
    needs_resource = (
        not caller.account or answer.same_account is False or quirks_of(request.service).explicit(request)
    )
    if needs_resource and not any({**layers[RESOURCE].by_kind, **answer.granted}.values()):
        lacking.append(RESOURCE)
    return tuple(name for name in _ORDER if name in lacking)
