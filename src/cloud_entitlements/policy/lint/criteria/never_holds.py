from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.cells import Atom, cells_of
from cloud_entitlements.policy.condition.holds import EvaluationError, holds
from cloud_entitlements.policy.context import ABSENT, Context
from cloud_entitlements.policy.document import Condition, Statement
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found
from cloud_entitlements.policy.truth import T

_MOST_VALUES = 64
"""Of one key in one statement; more are seldom a contradiction, and take long."""
_LONGEST, _MOST_STARS = 1024, 3


def _find(document: Document) -> Iterator[Found]:
    """TRI-05."""
    for statement in document.statements:
        for conditions in _by_key(statement):
            if _contradict(conditions, allows=statement.effect == "Allow"):
                operators = " and ".join(f"`{one.operator.written}`" for one in conditions)
                text = f"{operators} on `{conditions[0].key}` can't hold together"
                yield Found(text, conditions[-1].place, statement)


def _by_key(statement: Statement) -> Iterator[list[Condition]]:
    """Keys with several conditions, none with a variable."""
    found: dict[str, list[Condition]] = {}
    for condition in statement.conditions:
        found.setdefault(condition.key.lower(), []).append(condition)
    for conditions in found.values():
        values = [value for one in conditions for value in one.values]
        if len(conditions) > 1 and len(values) <= _MOST_VALUES and all(_is_plain(value) for value in values):
            yield conditions


def _is_plain(value: str) -> bool:
    return "${" not in value and len(value) <= _LONGEST and value.count("*") <= _MOST_STARS


def _contradict(conditions: Sequence[Condition], *, allows: bool) -> bool:
    """False where cells are not all there are, or where values are beyond what can be computed with."""
    key = conditions[0].key.lower()
    atoms = [(one.operator, one.values) for one in conditions]
    context = Context({}, ABSENT, is_multivalued)
    try:
        cells, complete = cells_of(key, atoms, context, absent=True)
    except (ValueError, ArithmeticError):
        return False
    if not complete:
        return False
    return not any(
        _all_hold(key, atoms, context.with_states({key: cell.state}), allows=allows) for cell in cells
    )


def _all_hold(key: str, atoms: Sequence[Atom], context: Context, *, allows: bool) -> bool:
    try:
        return all(holds(operator, key, values, context, expands=False) == T for operator, values in atoms)
    except EvaluationError:
        return not allows


NEVER_HOLDS = Criterion(
    code="never-holds",
    title="Conditions on one key that exclude each other",
    severity="warning",
    why="All conditions of a statement must hold at once: these never do, and the statement does nothing.",
    fix="make two statements if either is enough, or mend one of the values",
    find=_find,
)
