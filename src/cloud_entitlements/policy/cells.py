"""Cutting one unknown key into cells, by the conditions that ask for it (TRI-05).

Candidates are made from the values of the policies, and those that every condition answers alike are one cell. Numbers,
dates, networks, booleans and constants give all cells there are. Where several patterns overlap in ways that candidates
may miss, a last cell stands for everything else, of which nothing is known: the answer stays right, and says that it is
not minimised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import combinations, pairwise

from cloud_entitlements.policy.condition.addresses import network
from cloud_entitlements.policy.condition.dates import milliseconds
from cloud_entitlements.policy.condition.holds import EvaluationError, holds
from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.context import ABSENT, PRESENT, Context, State
from cloud_entitlements.policy.pattern import has_wildcard
from cloud_entitlements.policy.split import Cell

Atom = tuple[Operator, tuple[str, ...]]
"""An operator on the key, and its values."""
FRESH = "\u2060other"
"""A value that no policy names: it begins with a character that no ARN, name or tag has."""
_ONE = FRESH[0]
"""What stands for `?`: of one character, and no policy's either."""
_FRESH_ARN = "arn:aws:other:other:000000000000:other"
_MOST_WORDS = 8
_MOST_VALUES = 5
"""Of a key with many values: its sets are enumerated up to so many different ones."""


def cells_of(key: str, atoms: Sequence[Atom], context: Context, *, absent: bool) -> tuple[list[Cell], bool]:
    """The cells, and whether they are all. `absent`: the key may be missing. Values hold no variables."""
    several = context.multivalued(key)
    candidates = list(
        dict.fromkeys(
            value for family in _families(atoms) for value in _MAKERS[family](_values(atoms, family))
        )
    )
    complete = _complete(atoms) and (not several or len(candidates) <= _MOST_VALUES)
    states: list[State] = [ABSENT] if absent else []
    states += [(value,) for value in candidates] if not several else _sets(candidates)
    alike: dict[tuple[object, ...], list[State]] = {}
    for state in states:
        signature = (state is ABSENT, *_signature(key, atoms, context, state))
        alike.setdefault(signature, []).append(state)
    cells = [Cell(key, found[0], _together(found, atoms)) for found in alike.values()]
    if not complete:
        return [*cells, Cell(key, PRESENT, "is something else")], False
    return cells, True


def _together(states: Sequence[State], atoms: Sequence[Atom]) -> str:
    """Named values first; "something else" alone says nothing beside a name."""
    told = list(dict.fromkeys(_words(state, atoms) for state in states))
    named = [one for one in told if one.startswith(("= ", "in ", "like ", "has "))]
    words = named or told
    more = [f"{len(words) - _MOST_WORDS} more"] if len(words) > _MOST_WORDS else []
    return " or ".join([*words[:_MOST_WORDS], *more])


def _sets(candidates: Sequence[str]) -> list[State]:
    few = candidates[:_MOST_VALUES]
    return [chosen for size in range(len(few) + 1) for chosen in combinations(few, size)]


def _signature(key: str, atoms: Sequence[Atom], context: Context, state: State) -> Iterator[object]:
    alone = Context({key: state}, ABSENT, context.multivalued)
    for operator, values in atoms:
        try:
            yield holds(operator, key, values, alone, expands=False)
        except EvaluationError:
            yield "error"


def _families(atoms: Sequence[Atom]) -> list[str]:
    found = {operator.family.name.split(" ")[0] for operator, _ in atoms if operator.family}
    return sorted(found) or ["String"]


def _values(atoms: Sequence[Atom], family: str) -> list[str]:
    return [
        value
        for operator, values in atoms
        if operator.family and operator.family.name.split(" ")[0] == family
        for value in values
    ]


def _complete(atoms: Sequence[Atom]) -> bool:
    """Can candidates miss a combination? Not with one pattern at most, or with prefixes alone, where case counts."""
    patterns = {
        value
        for operator, values in atoms
        if operator.family and operator.family.patterned
        for value in values
        if has_wildcard(value)
    }
    mixed = len(_families(atoms)) > 1
    if patterns and any(operator.family and "ignoring" in operator.family.name for operator, _ in atoms):
        return False
    if len(patterns) <= 1:
        return not mixed
    strings = all(
        operator.family is None or operator.family.name.startswith("String") for operator, _ in atoms
    )
    return strings and all(value.endswith("*") and not has_wildcard(value[:-1]) for value in patterns)


def _strings(values: Iterable[str]) -> Iterator[str]:
    yield FRESH
    yield ""
    for value in values:
        filled = value.replace("?", _ONE)
        for one in (filled.replace("*", FRESH), filled.replace("*", "")):
            yield one
            yield one.swapcase()  # told apart from `one` only by operators that ignore case


def _arns(values: Iterable[str]) -> Iterator[str]:
    yield _FRESH_ARN
    yield FRESH  # no ARN
    for value in values:
        yield value.replace("?", _ONE).replace("*", FRESH)


def _numbers(values: Iterable[str]) -> Iterator[str]:
    limits = sorted({found for value in values if (found := _decimal(value)) is not None})
    yield FRESH  # no number
    for limit in limits:
        yield str(limit)
    for low, high in pairwise(limits):
        yield str((low + high) / 2)
    if limits:
        yield str(limits[0] - 1)
        yield str(limits[-1] + 1)


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _dates(values: Iterable[str]) -> Iterator[str]:
    limits = sorted({found for value in values if (found := milliseconds(value)) is not None})
    yield FRESH  # no date
    for limit in limits:
        for moment in (limit - 1, limit, limit + 1):
            yield datetime.fromtimestamp(moment / 1000, UTC).isoformat()


def _booleans(_values: Iterable[str]) -> Iterator[str]:
    yield from ("true", "false")


def _addresses(values: Iterable[str]) -> Iterator[str]:
    """Where a network begins, and where it has just ended: between these nothing changes."""
    yield FRESH  # no address
    yield "0.0.0.0"  # noqa: S104  the first of all, no binding
    yield "::"
    for value in values:
        found = network(value)
        if found is None:
            continue
        yield str(found[0])
        if int(found[-1]) + 1 < 2**found.max_prefixlen:
            yield str(type(found[-1])(int(found[-1]) + 1))


def _binaries(values: Iterable[str]) -> Iterator[str]:
    yield FRESH
    yield from values


_MAKERS: Mapping[str, Callable[[Iterable[str]], Iterator[str]]] = {
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
    if not state:
        return "is empty"
    told = [_told(value, atoms) for value in state]
    return told[0] if len(told) == 1 else f"has {', '.join(one.removeprefix('= ') for one in told)}"


def _told(value: str, atoms: Sequence[Atom]) -> str:
    named = [one for _, values in atoms for one in values]
    if value in named:
        return f"= {value}"
    for operator, values in atoms:
        for one in values:
            if (
                operator.family
                and operator.family.name != "Bool"
                and operator.family.compare(one, value) == "yes"
            ):
                return f"in {one}" if operator.family.name.startswith("IP") else f"like {one}"
    return f"= {value}" if value in ("true", "false") else _around(value, atoms)


def _around(value: str, atoms: Sequence[Atom]) -> str:
    return "is something else" if FRESH in value or value == _FRESH_ARN or not atoms else f"is like {value}"
