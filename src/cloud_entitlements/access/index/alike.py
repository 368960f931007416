"""Who is treated alike by a statement, and by many: identities are told apart by nothing that the engine would not see.

A statement comes to a *behaviour* for each identity: whether it matches, and, where that hangs on the request, on which
conditions. Two identities with the same behaviours in every layer get the same decision, so one of them is asked for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pyroaring import BitMap, FrozenBitMap

from cloud_entitlements.access.index.varying import ACCOUNT, States, Varying
from cloud_entitlements.access.within import resource_patterns
from cloud_entitlements.policy.catalogue import stand_in
from cloud_entitlements.policy.common import common_arn
from cloud_entitlements.policy.condition.holds import expected_values
from cloud_entitlements.policy.context import ABSENT, UNKNOWN, Context, Unknown
from cloud_entitlements.policy.lint.cover import covers
from cloud_entitlements.policy.pattern import has_wildcard
from cloud_entitlements.policy.statement import Asked, Compiled, condition_holds, resource_matches
from cloud_entitlements.policy.truth import F, T, Truth, U, negated
from cloud_entitlements.policy.variables import keys_in

Verdict = tuple[Truth, Any]
"""Of one part of a statement; beside the truth what an unknown key would be asked, or None."""
Behaviour = tuple[Truth, tuple[Any, ...]]
MATCHES: Behaviour = (T, ())


@dataclass
class Remembered:
    """Verdicts on conditions that no question changes, over all identities of a type; of one index."""

    verdicts: dict[Any, dict[Verdict, FrozenBitMap]] = field(default_factory=dict)
    judged: dict[Any, int] = field(default_factory=dict)
    """How many identities a condition was judged for, one question after the other."""


@dataclass(frozen=True)
class View:
    """One request as somebody of the type would make it."""

    asked: Asked
    varying: Varying
    remembered: Remembered


def behaviours(statement: Compiled, ids: FrozenBitMap, view: View) -> dict[Behaviour, FrozenBitMap]:
    """Whom the statement does not match is left out."""
    fixed, varying = _split(_parts(statement, view))
    truth, told = T, []
    for part in fixed:
        verdict = part.judge({})
        truth = min(truth, verdict[0])
        if truth == F:
            return {}
        told.append(verdict[1])
    found: dict[Behaviour, FrozenBitMap] = {(truth, tuple(one for one in told if one is not None)): ids}
    for part in varying:
        found = _refined(found, part, view)
    return _summed(found)


def _summed(found: dict[Behaviour, FrozenBitMap]) -> dict[Behaviour, FrozenBitMap]:
    """What matches for certain matches in one way."""
    summed: dict[Behaviour, FrozenBitMap] = {}
    for (truth, told), ids in found.items():
        key = MATCHES if truth == T else (truth, told)
        summed[key] = summed[key] | ids if key in summed else ids
    return summed


@dataclass(frozen=True, slots=True)
class _Part:
    """A condition, or the resource, of a statement."""

    keys: tuple[str, ...]
    """Those that differ between identities."""
    judge: Callable[[States], Verdict]
    only: Callable[[FrozenBitMap], FrozenBitMap] | None = None
    """Narrows to those for whom it can match at all."""
    name: Any = None
    """Under which its verdicts are remembered; None: they depend on the question."""


def _split(parts: Iterable[_Part]) -> tuple[list[_Part], list[_Part]]:
    listed = list(parts)
    return [one for one in listed if not one.keys], [one for one in listed if one.keys]


def _refined(found: dict[Behaviour, FrozenBitMap], part: _Part, view: View) -> dict[Behaviour, FrozenBitMap]:
    refined: dict[Behaviour, BitMap] = defaultdict(BitMap)
    for (truth, told), ids in found.items():
        for (also, more), some in _judged(part, ids, view).items():
            if also != F:
                refined[min(truth, also), told if more is None else (*told, more)] |= some
    return {behaviour: FrozenBitMap(ids) for behaviour, ids in refined.items()}


def _judged(part: _Part, ids: FrozenBitMap, view: View) -> dict[Verdict, FrozenBitMap]:
    varying = view.varying
    if part.only is not None:
        ids = part.only(ids)
    if part.name is None:
        return varying.sorted_by(part.keys, ids, part.judge)
    whole = _whole(part, len(ids), view)
    if whole is None:
        return varying.sorted_by(part.keys, ids, part.judge)
    judged = {verdict: ids & those for verdict, those in whole.items()}
    return {verdict: FrozenBitMap(those) for verdict, those in judged.items() if those}


def _whole(part: _Part, more: int, view: View) -> dict[Verdict, FrozenBitMap] | None:
    """Once a condition was judged for as many as there are, it is judged for all, and never again."""
    varying, remembered = view.varying, view.remembered
    key = (varying.type, varying.own_resource, part.name)
    if key in remembered.verdicts:
        return remembered.verdicts[key]
    remembered.judged[key] = remembered.judged.get(key, 0) + more
    everybody = varying.store.types[varying.type]
    if remembered.judged[key] < len(everybody):
        return None
    remembered.verdicts[key] = varying.sorted_by(part.keys, everybody, part.judge)
    return remembered.verdicts[key]


def _parts(statement: Compiled, view: View) -> Iterable[_Part]:
    yield from _of_resource(statement, view)
    for number in range(len(statement.conditions)):
        yield _of_condition(statement, number, view)


def _of_condition(statement: Compiled, number: int, view: View) -> _Part:
    operator, key, values = statement.conditions[number]
    ready, base = statement.checks[number], view.asked.context
    names = {key, *(name for value in values if statement.expands for name in keys_in(value))}
    keys = view.varying.among(names)
    # only what the condition asks for: it is judged often
    fixed = {name: base.look(name) for name in names.difference(keys)}

    def judge(states: States) -> Verdict:
        context = Context({**fixed, **states}, UNKNOWN, base.multivalued)
        truth = condition_holds(statement, ready, context)
        state = context.look(key)
        open_ = isinstance(state, Unknown) and state is not ABSENT
        if truth == F or not (open_ or truth == U):
            return truth, None
        expected = expected_values(operator, values, context, expands=statement.expands)
        told = tuple(value if one is Unknown.UNKNOWN else one for value, one in _paired(values, expected))
        return truth, (operator.written.lower(), key, None if open_ else state, told)

    name = (operator.written, key, values, statement.expands, statement.allows)
    return _Part(keys, judge, name=name if set(keys) == names else None)


def _paired(values: tuple[str, ...], expected: tuple[Any, ...]) -> Iterable[tuple[str, Any]]:
    """Values whose variables have none are left out of `expected`: then the places no longer say which is which."""
    if len(values) == len(expected):
        return zip(values, expected, strict=True)
    return ((" ".join(values), one) for one in expected)


def _of_resource(statement: Compiled, view: View) -> Iterable[_Part]:
    resources = statement.resources
    if resources is None:
        return
    names = {key for pattern in resources.variable for key in keys_in(pattern)}
    asked = view.asked
    if asked.resource == "*" and stand_in(asked.action) and not statement.everywhere:
        names.add(ACCOUNT)
    keys = view.varying.among(names)
    many = asked.resource != "*" and has_wildcard(asked.resource)

    def judge(states: States) -> Verdict:
        told = _with(asked, states)
        truth, which = _of_many(statement, told) if many else (resource_matches(resources, told), ())
        open_ = any(isinstance(told.context.look(name), Unknown) for name in names)
        return truth, (
            "resource",
            resources.patterns,
            resources.variable,
            which,
        ) if truth == U or open_ else None

    def only(ids: FrozenBitMap) -> FrozenBitMap:
        return _whose_name_stands_in(asked.resource, ids, view.varying)

    named = "aws:username" in keys and not resources.negated and not resources.fixed and not many
    yield _Part(keys, judge, only if named else None)


def _of_many(statement: Compiled, asked: Asked) -> tuple[Truth, tuple[str, ...]]:
    """Of all resources that the question's pattern matches; and which of the statement's patterns match some of them."""
    if statement.everywhere:
        return T, ()
    patterns = tuple(resource_patterns(statement, asked.context))
    meeting = tuple(one for one in patterns if common_arn(asked.resource, one) is not None)
    covered = any(covers(one, asked.resource) for one in patterns)
    truth: Truth = T if covered else U if meeting else F
    negates = statement.resources is not None and statement.resources.negated
    return negated(truth) if negates else truth, meeting


_NAME_LENGTH = 64
"""Of a user (IAM quotas)."""


def _whose_name_stands_in(resource: str, ids: FrozenBitMap, varying: Varying) -> FrozenBitMap:
    """A name that a variable puts into a pattern must stand in the ARN."""
    part = resource.split(":", 5)[-1]
    names = {
        part[start:end]
        for start in range(len(part))
        for end in range(start + 1, min(len(part), start + _NAME_LENGTH) + 1)
    }
    rows = varying.store.rows_in("SELECT id FROM identity WHERE name IN", sorted(names))
    return FrozenBitMap(ids & BitMap([id_ for (id_,) in rows]))


def _with(asked: Asked, states: States) -> Asked:
    if not states:
        return asked
    changed = asked._replace(context=asked.context.with_states(states))
    account = states.get(ACCOUNT)
    if not isinstance(account, tuple):
        return changed
    return changed._replace(principal=replace(asked.principal, account=account[0]))


_FEW = 5_000
"""Sets up to this size are sorted identity by identity, larger ones cut what is there in two."""


def partition(ids: FrozenBitMap, sets: Iterable[FrozenBitMap]) -> list[FrozenBitMap]:
    """The identities in parts that no set cuts."""
    small: list[FrozenBitMap] = []
    large: list[FrozenBitMap] = []
    for one in sets:
        inside = ids & one
        (small if len(inside) <= _FEW else large).append(inside)
    parts = _by_membership(ids, small)
    for one in large:
        parts = [piece for part in parts for piece in _cut(part, one)]
    return parts


def _by_membership(ids: FrozenBitMap, sets: Iterable[FrozenBitMap]) -> list[FrozenBitMap]:
    member: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(sets):
        for id_ in one:
            member[id_].append(number)
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for id_, numbers in member.items():
        alike[tuple(numbers)].append(id_)
    rest = ids - BitMap(member)
    return [*([FrozenBitMap(rest)] if rest else []), *map(FrozenBitMap, alike.values())]


def _cut(part: FrozenBitMap, by: FrozenBitMap) -> tuple[FrozenBitMap, ...]:
    inside = part & by
    if not inside or len(inside) == len(part):
        return (part,)
    return inside, part - by
