"""The truth of one condition (COND-01 to COND-03): set operators, absent keys, and keys that are not known.

A key that is not known is either absent or present: where both come to the same, the answer is known all the same
(TRI-02).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cloud_entitlements.policy.condition.booleans import is_true
from cloud_entitlements.policy.condition.family import Family, Matcher
from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.context import ABSENT, PRESENT, UNKNOWN, Context, State, Unknown, Values
from cloud_entitlements.policy.pattern import matches_everything, plain
from cloud_entitlements.policy.truth import F, T, Truth, U, all_of, any_of, known, negated
from cloud_entitlements.policy.variables import expanded

_Expected = tuple[str | Unknown, ...]
"""The values of the policy, variables replaced; UNKNOWN where a variable's key is."""


class EvaluationError(Exception):
    """COND-12: an Allow does not match, a Deny applies."""


def holds(operator: Operator, key: str, values: tuple[str, ...], context: Context, *, expands: bool) -> Truth:
    """`key` in lower case. Raises EvaluationError."""
    state = context.look(key)
    if operator.family is None:
        return _null(values, state)
    expected = expected_values(operator, values, context, expands=expands)
    many = context.multivalued(key)
    if state is UNKNOWN:
        absent, present = (_of(operator, expected, one, many=many) for one in (ABSENT, PRESENT))
        return absent if absent == present else U
    return _of(operator, expected, state, many=many)


Check = Callable[[Context], Truth]


def check(operator: Operator, key: str, values: tuple[str, ...], *, expands: bool) -> Check:
    """The same of conditions that are asked many times: what does not hang on the request is worked out once."""
    family = operator.family
    held = expands and any("${" in value for value in values)
    matcher = None if family is None or operator.prefix or held or not values else family.ready(values)
    if matcher is None:
        return lambda context: holds(operator, key, values, context, expands=expands)
    return _ready(operator, key, values, matcher)


def _ready(operator: Operator, key: str, values: tuple[str, ...], matches: Matcher) -> Check:
    """One value of the request, without a set operator or variables."""
    wrong = operator.negated

    def ready(context: Context) -> Truth:
        state = context.look(key)
        if isinstance(state, Unknown):
            return holds(operator, key, values, context, expands=False)
        if context.multivalued(key):
            return F  # COND-03
        found = matches(state[0])
        return F if found is None or found is wrong else T

    return ready


def _null(values: tuple[str, ...], state: State) -> Truth:
    if state is UNKNOWN:
        wanted = {is_true(value) for value in values}
        return U if len(wanted) == 1 else known(bool(wanted))
    return known(any(is_true(value) == (state is ABSENT) for value in values))


def expected_values(
    operator: Operator, values: tuple[str, ...], context: Context, *, expands: bool
) -> tuple[str | Unknown, ...]:
    """The values of the policy with their variables replaced; UNKNOWN where a variable's key is not known.

    A value whose variable has none matches nothing: it is left out (VAR-02).
    """
    if operator.family is None or not (expands and operator.family.expands):
        return values
    return tuple(_expanded(operator.family, values, context))


def _expanded(family: Family, values: tuple[str, ...], context: Context) -> Iterator[str | Unknown]:
    for value in values:
        if "${" not in value:
            yield value
            continue
        found = expanded(value, context)
        if isinstance(found, Unknown):
            yield found
        elif found is not None:
            yield found if family.patterned else plain(found)


def _of(operator: Operator, expected: _Expected, state: State, *, many: bool) -> Truth:
    if state is ABSENT:
        return _absent(operator)
    if operator.prefix == "ForAllValues":
        return all_of(_each(operator, expected, state))
    if operator.prefix == "ForAnyValue":
        return any_of(_each(operator, expected, state))
    if many:
        return F  # COND-03: a multivalued key satisfies no operator without a set prefix
    return next(_each(operator, expected, state), _absent(operator))


def _absent(operator: Operator) -> Truth:
    if operator.prefix:
        return known(operator.prefix == "ForAllValues")
    return known(operator.negated or operator.if_exists)


def _each(operator: Operator, expected: _Expected, state: State) -> Iterator[Truth]:
    """One truth for each value of the request; one U where they are not known."""
    family = operator.family
    assert family is not None  # noqa: S101  Null has gone another way
    values: Iterable[str | None] = (None,) if isinstance(state, Unknown) else _several(operator, state)
    for value in values:
        found = _matches(family, expected, value)
        if found is None:
            yield F
        else:
            yield negated(found) if operator.negated else found


def _several(operator: Operator, state: Values) -> Values:
    return state if operator.prefix else state[:1]


def _matches(family: Family, expected: _Expected, value: str | None) -> Truth | None:
    """Does one of the policy's values match? None: the request's value is not of the family (COND-12)."""
    best: Truth = F
    for one in expected:
        if isinstance(one, Unknown):
            best = U
        elif value is None:
            if family.patterned and family.name.startswith("String") and matches_everything(one):
                return T
            best = U
        else:
            found = family.compare(one, value)
            if found == "yes":
                return T
            if found == "error":
                if best == U:  # an earlier value may match, and would win
                    return U
                raise EvaluationError
            if found == "neither":
                return None
    return best
