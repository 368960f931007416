"""Keys that are not known, case by case (TRI-05): Kleene's logic is sound, and blind to what two statements say together.

Each key is cut into cells on which every condition of the relevant statements has one truth: absent; each constant;
between and around them; "something else". A pattern's cells are the combinations of patterns that a value could match:
where a combination has no value that we can show, the result says that it is not minimised.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloud_entitlements.policy.context import ABSENT, PRESENT, Context, State
from cloud_entitlements.policy.truth import F, T, Truth

MAX_CELLS = 4096


@dataclass(frozen=True, slots=True)
class Cell:
    """A set of values of one key that no condition tells apart, and one of them."""

    key: str
    state: State
    words: str
    """`is absent`, `= 192.0.2.1`, `is something else`."""


@dataclass(frozen=True, slots=True)
class Case:
    cells: tuple[Cell, ...]
    truth: Truth


def cases(
    dimensions: Sequence[Sequence[Cell]], context: Context, decide: Callable[[Context], Truth]
) -> Iterator[Case]:
    """One for each combination of cells that can be."""
    for cells in itertools.product(*dimensions):
        states = {cell.key: cell.state for cell in cells}
        if consistent(context, states):
            yield Case(cells, decide(context.with_states(states)))


def count(dimensions: Sequence[Sequence[Cell]]) -> int:
    size = 1
    for cells in dimensions:
        size *= len(cells)
    return size


# Present keys bring others with them, or keep them away (TRI-05). AWS, "Global condition context keys", availability.
_WITH = (
    ("aws:principalorgid", "aws:principalaccount"),
    ("aws:principalorgpaths", "aws:principalorgid"),
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:sourcevpce", "aws:sourcevpc"),
    ("aws:sourcevpc", "aws:sourcevpce"),
    ("aws:vpcsourceip", "aws:sourcevpce"),
    ("aws:sourcevpce", "aws:vpcsourceip"),
    ("aws:multifactorauthage", "aws:multifactorauthpresent"),
    ("aws:multifactorauthpresent", "aws:tokenissuetime"),
    ("aws:calledvia", "aws:calledviafirst"),
    ("aws:calledviafirst", "aws:calledvialast"),
    ("aws:calledvialast", "aws:calledvia"),
)
_WITHOUT = (
    ("aws:sourcevpce", "aws:sourceip"),
    ("aws:sourcevpc", "aws:sourceip"),
    ("aws:vpcsourceip", "aws:sourceip"),
)
_TRUE_WITH = (
    ("aws:calledvia", "aws:viaawsservice"),
    ("aws:calledviafirst", "aws:viaawsservice"),
    ("aws:calledvialast", "aws:viaawsservice"),
    ("aws:multifactorauthage", "aws:multifactorauthpresent"),
)
_LINKED = frozenset(key for pair in (*_WITH, *_WITHOUT, *_TRUE_WITH) for key in pair)


def consistent(context: Context, states: Mapping[str, State]) -> bool:
    """Keys that are tied to each other: no address comes through an endpoint; no organization without account.

    `states` are the keys that are tried. Others count only where something was said of them: what is merely missing from a
    question is no proof of absence.
    """
    if not _LINKED & states.keys():
        return True
    said = {**context.states, **states}

    def tried(pairs: tuple[tuple[str, str], ...]) -> Iterator[tuple[State, State]]:
        for pair in pairs:
            if (pair[0] in states or pair[1] in states) and pair[0] in said and pair[1] in said:
                yield said[pair[0]], said[pair[1]]

    return not (
        any(_there(one) and other is ABSENT for one, other in tried(_WITH))
        or any(_there(one) and _there(other) for one, other in tried(_WITHOUT))
        or any(_there(one) and _false(other) for one, other in tried(_TRUE_WITH))
    )


def _there(state: State) -> bool:
    return state is PRESENT or isinstance(state, tuple)


def _false(state: State) -> bool:
    return state is ABSENT or (isinstance(state, tuple) and [one.lower() for one in state] != ["true"])


def settled(found: Sequence[Case]) -> Truth | None:
    """T or F where all cases agree."""
    truths = {case.truth for case in found}
    return truths.pop() if truths in ({T}, {F}) else None
