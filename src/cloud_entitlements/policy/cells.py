"""Cutting one unknown key into cells, by the conditions that ask for it (TRI-05).

Candidates are made from the values of the policies, and those that every condition answers alike are one cell. Numbers,
dates, networks, booleans and constants give all cells there are. Where several patterns overlap in ways that candidates
may miss, a last cell stands for everything else, of which nothing is known: the answer stays right, and says that it is
not minimised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext
from decimal import Context as Arithmetic
from itertools import combinations, islice, pairwise, product

from cloud_entitlements.policy.condition import strings
from cloud_entitlements.policy.condition.addresses import network
from cloud_entitlements.policy.condition.dates import EPOCH, milliseconds
from cloud_entitlements.policy.condition.family import Family
from cloud_entitlements.policy.condition.holds import EvaluationError, holds
from cloud_entitlements.policy.condition.numbers import number
from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.context import ABSENT, PRESENT, Context, State
from cloud_entitlements.policy.pattern import has_wildcard, plain
from cloud_entitlements.policy.split import Cell
from cloud_entitlements.policy.told_sets import told_sets
from cloud_entitlements.policy.truth import F, T

Atom = tuple[Operator, tuple[str, ...]]
"""An operator on the key, and its values."""
Named = tuple[Family, str]
_UNUSED = (0xE100, 0xF8FF)
"""Private code points, for values that no policy names."""
_MADE_UP = re.compile("[\ue100-\uf8ff]")
_PRECISION = 60
_TRIED = 4096
_MOST_WORDS = 8
_ELSE = "something else"
_MOST_VALUES = 5
"""Of a key with many values: its sets are enumerated up to so many different ones."""


def cells_of(key: str, atoms: Sequence[Atom], context: Context, *, absent: bool) -> tuple[list[Cell], bool]:
    """The cells, and whether they are all. `absent`: the key may be missing. Values hold no variables."""
    several = context.multivalued(key)
    candidates = list(
        dict.fromkeys(value for kind in _families(atoms) for value in _MAKERS[kind](_named(atoms, kind)))
    )
    complete = _complete(atoms) and (not several or len(candidates) <= _MOST_VALUES)
    states: list[State] = [ABSENT] if absent else []
    states += [(value,) for value in candidates] if not several else _sets(candidates)
    alike: dict[tuple[object, ...], list[State]] = {}
    for state in states:
        signature = (state is ABSENT, *_signature(key, atoms, context, state))
        alike.setdefault(signature, []).append(state)
    cells = []
    for signature, found in alike.items():
        if several and found[0] is not ABSENT:
            words = _several_together(found, states, atoms, lasts=complete or _lasts(atoms, signature[1:]))
        else:
            words = _together(found, atoms)
        cells.append(Cell(key, found[0], words))
    if not complete:
        return [*cells, Cell(key, PRESENT, "has yet others" if several else f"is {_ELSE}")], False
    return cells, True


def _together(states: Sequence[State], atoms: Sequence[Atom]) -> str:
    """Named values first; "something else" alone says nothing beside a name."""
    told = list(dict.fromkeys(_words(state, atoms) for state in states))
    named = [one for one in told if one.startswith(("= ", "in ", "like "))]
    return _few(named or told)


def _several_together(
    found: Sequence[State], states: Sequence[State], atoms: Sequence[Atom], *, lasts: bool
) -> str:
    """Of a key with many values."""
    mine = [_called(state, atoms) for state in found]
    rest = [_called(state, atoms) for state in states if state is not ABSENT and state not in found]
    names = dict.fromkeys(name for called in (*mine, *rest) for name in called)
    others = {frozenset(called) for called in rest}
    # what is named comes first
    order = sorted(names, key=lambda name: name == _ELSE)
    return _few(told_sets([frozenset(called) for called in mine], others, order, lasts=lasts))


def _few(words: Sequence[str]) -> str:
    more = [f"{len(words) - _MOST_WORDS} more"] if len(words) > _MOST_WORDS else []
    return " or ".join([*words[:_MOST_WORDS], *more])


def _lasts(atoms: Sequence[Atom], truths: Sequence[object]) -> bool:
    """Do further values beside these change nothing? COND-03: without a set operator none ever matches."""
    settled = {"ForAllValues": F, "ForAnyValue": T}
    return all(
        truth == settled.get(operator.prefix, truth)
        for (operator, _), truth in zip(atoms, truths, strict=True)
    )


def _sets(candidates: Sequence[str]) -> list[State]:
    few = candidates[:_MOST_VALUES]
    return [chosen for size in range(1, len(few) + 1) for chosen in combinations(few, size)]


def _signature(key: str, atoms: Sequence[Atom], context: Context, state: State) -> Iterator[object]:
    alone = Context({key: state}, ABSENT, context.multivalued)
    for operator, values in atoms:
        try:
            yield holds(operator, key, values, alone, expands=False)
        except EvaluationError:
            yield "error"


def _families(atoms: Sequence[Atom]) -> list[str]:
    found = {_kind(operator) for operator, _ in atoms if operator.family}
    return sorted(found) or ["String"]


def _kind(operator: Operator) -> str:
    """The three families of strings are asked of the same values."""
    return operator.family.name.split(" ")[0] if operator.family else ""


def _named(atoms: Sequence[Atom], kind: str) -> list[Named]:
    return [
        (operator.family, value)
        for operator, values in atoms
        if operator.family and _kind(operator) == kind
        for value in values
    ]


def _complete(atoms: Sequence[Atom]) -> bool:
    """Can candidates miss a combination? Not of constants, with one pattern beside them or with prefixes alone."""
    named = [one for kind in _families(atoms) for one in _named(atoms, kind)]
    patterns = {value for family, value in named if family.patterned and has_wildcard(value)}
    if len(_families(atoms)) > 1:
        return False
    if not patterns:
        return True
    if any(family is strings.EQUALS_IGNORE_CASE for family, _ in named):
        return False
    return len(patterns) == 1 or (_kind_of(named) == "String" and all(_is_prefix(one) for one in patterns))


def _kind_of(named: Sequence[Named]) -> str:
    return named[0][0].name.split(" ")[0]


def _is_prefix(pattern: str) -> bool:
    return pattern.endswith("*") and not has_wildcard(pattern[:-1])


def _fresh(named: Sequence[Named]) -> str:
    """A character that no value has."""
    used = {character for _, value in named for character in value}
    return next(character for character in map(chr, range(*_UNUSED)) if character not in used)


def _strings(named: Sequence[Named]) -> Iterator[str]:
    fresh = _fresh(named)
    yield from (fresh, "")
    for family, value in named:
        if family is strings.EQUALS_IGNORE_CASE:
            yield from _spellings(value, len(named) + 1)
        elif family.patterned and has_wildcard(value):
            yield from _like(value, fresh)
            # of a pattern of wildcards alone: what is too short, or too long
            length = len(value.replace("*", ""))
            yield from (fresh * (length + 1), fresh * max(length - 1, 0))
        else:
            yield plain(value) if family.patterned else value


def _like(pattern: str, fresh: str) -> Iterator[str]:
    single = pattern.replace("?", fresh)
    yield plain(single.replace("*", fresh))
    yield plain(single.replace("*", ""))


def _spellings(text: str, most: int) -> Iterator[str]:
    """The text in other cases: one more than are named, so that one of them is not."""
    choices = [dict.fromkeys((one, one.lower(), one.upper())) for one in text]
    written = ("".join(one) for one in islice(product(*choices), _TRIED))
    yield from islice((one for one in written if one.lower() == text.lower()), most)


def _arns(named: Sequence[Named]) -> Iterator[str]:
    fresh = _fresh(named)
    yield fresh  # no ARN
    long = fresh * (max((len(value) for _, value in named), default=0) + 1)
    for one in (fresh, long, ""):
        yield ":".join(["arn", *[one] * 5])
    for empty in range(5):
        yield ":".join(["arn", *("" if place == empty else fresh for place in range(5))])
    for _, value in named:
        yield from _like(value, fresh)


def _numbers(named: Sequence[Named]) -> Iterator[str]:
    limits = sorted({found for _, value in named if (found := number(value)) is not None})
    yield _fresh(named)  # no number
    with localcontext(Arithmetic(prec=_PRECISION, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])):
        for limit in limits:
            yield str(limit)
        for low, high in pairwise(limits):
            yield str((low + high) / 2)
        if limits:
            yield str(limits[0] - abs(limits[0]) - 1)
            yield str(limits[-1] + abs(limits[-1]) + 1)


def _dates(named: Sequence[Named]) -> Iterator[str]:
    limits = sorted({found for _, value in named if (found := milliseconds(value)) is not None})
    yield _fresh(named)  # no date
    for limit in limits:
        for moment in (limit - 1, limit, limit + 1):
            yield _moment(moment)


def _moment(moment: int) -> str:
    try:
        return (EPOCH + timedelta(milliseconds=moment)).isoformat()
    except OverflowError:  # beyond the calendar
        return format(Decimal(moment).scaleb(-3), "f")


def _booleans(_named: Sequence[Named]) -> Iterator[str]:
    yield from ("true", "false")


def _addresses(named: Sequence[Named]) -> Iterator[str]:
    """Where all addresses begin, where a network does, and where it has just ended: between these nothing changes."""
    yield _fresh(named)  # no address
    yield from ("192.0.2.1", "2001:db8::1", "0.0.0.0", "::")  # noqa: S104  nothing is bound to it
    for _, value in named:
        found = network(value)
        if found is None:
            continue
        yield str(found[0])
        if int(found[-1]) + 1 < 2**found.max_prefixlen:
            yield str(type(found[-1])(int(found[-1]) + 1))


def _binaries(named: Sequence[Named]) -> Iterator[str]:
    yield _fresh(named)
    yield from (value for _, value in named)


_MAKERS: Mapping[str, Callable[[Sequence[Named]], Iterator[str]]] = {
    "String": _strings,
    "ARN": _arns,
    "Numeric": _numbers,
    "Date": _dates,
    "Bool": _booleans,
    "IP": _addresses,
    "Binary": _binaries,
}


def _words(state: State, atoms: Sequence[Atom]) -> str:
    if state is ABSENT:
        return "is absent"
    assert isinstance(state, tuple)  # noqa: S101
    return _told(state[0], atoms)


def _called(state: State, atoms: Sequence[Atom]) -> list[str]:
    """The values of a key with many, each as it is called beside others."""
    assert isinstance(state, tuple)  # noqa: S101
    return [_beside_others(_told(value, atoms)) for value in state]


def _beside_others(told: str) -> str:
    if told.startswith("is "):
        return _ELSE
    return told.removeprefix("= ") or "an empty value" if told.startswith("= ") else f"something {told}"


def _told(value: str, atoms: Sequence[Atom]) -> str:
    if value in {plain(one) for _, values in atoms for one in values}:
        return f"= {value}"
    for operator, values in atoms:
        for one in values:
            if (
                operator.family
                and operator.family.name != "Bool"
                and operator.family.compare(one, value) == "yes"
            ):
                return f"in {one}" if operator.family.name.startswith("IP") else f"like {plain(one)}"
    return f"= {value}" if value in ("true", "false") else _around(value, atoms)


def _around(value: str, atoms: Sequence[Atom]) -> str:
    return f"is {_ELSE}" if _MADE_UP.search(value) or not value or not atoms else f"is like {value}"
