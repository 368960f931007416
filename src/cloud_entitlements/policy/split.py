"""Keys that are not known, case by case (TRI-05): Kleene's logic is sound, and blind to what two statements say together.

Each key is cut into cells on which every condition of the relevant statements has one truth: absent; each constant;
between and around them; "something else". A pattern's cells are the combinations of patterns that a value could match:
where a combination has no value that we can show, the result says that it is not minimised.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloud_entitlements.policy.context import ABSENT, Context, State
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


def consistent(context: Context, states: Mapping[str, State]) -> bool:
    """Keys that are tied to each other (TRI-05): no address comes through an endpoint; no organization without account."""
    absent = {key for key, state in {**context.states, **states}.items() if state is ABSENT}
    present = {key for key, state in {**context.states, **states}.items() if isinstance(state, tuple)}
    if {"aws:sourcevpce", "aws:sourceip"} <= present:
        return False
    return not ("aws:principalorgid" in present and "aws:principalaccount" in absent)


def settled(found: Sequence[Case]) -> Truth | None:
    """T or F where all cases agree."""
    truths = {case.truth for case in found}
    return truths.pop() if truths in ({T}, {F}) else None
