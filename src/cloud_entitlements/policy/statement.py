"""A statement made ready, and whether it matches: action AND resource AND principal AND condition (section 2).

REQ-02: a call on several resources is several requests, and a statement is held against each by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cloud_entitlements.policy.catalogue import known_action, stand_in
from cloud_entitlements.policy.condition.holds import Check, EvaluationError, check
from cloud_entitlements.policy.condition.operators import Operator
from cloud_entitlements.policy.context import ABSENT, Context, Unknown
from cloud_entitlements.policy.document import Element, Policy, PrincipalElement, Statement
from cloud_entitlements.policy.pattern import (
    Matches,
    any_action,
    has_wildcard,
    matches_everything,
    plain,
    resource_pattern,
    service_has_wildcard,
)
from cloud_entitlements.policy.principal import Kind, Principal, match_principal
from cloud_entitlements.policy.switches import DEFAULT, Switches
from cloud_entitlements.policy.truth import F, T, Truth, U, any_of, negated
from cloud_entitlements.policy.variables import expanded, stands_in_resource_part, widest

_SOME_REGION = "region-not-known"


class Asked(NamedTuple):
    """One request, ready to be held against statements (REQ-01). A tuple: each decision makes one."""

    action: str
    """In lower case."""
    resource: str
    context: Context
    principal: Principal
    bounded: Truth = F
    """The principal has a permissions boundary."""
    denies_reach_sessions: bool = True
    """PRN-07."""


@dataclass(frozen=True, slots=True)
class Resources:
    """Patterns without variables are compiled; the others wait for a context."""

    patterns: tuple[str, ...]
    fixed: tuple[Matches, ...]
    variable: tuple[str, ...]
    negated: bool
    completed: bool = True
    """RES-03."""


@dataclass(frozen=True, slots=True)
class Compiled:
    source: Statement
    allows: bool
    matches_action: Callable[[str], bool]
    resources: Resources | None
    principals: PrincipalElement | None
    conditions: tuple[tuple[Operator, str, tuple[str, ...]], ...]
    checks: tuple[Check, ...]
    """The conditions, made ready."""
    expands: bool
    everywhere: bool
    """Whatever the resource is, it matches."""
    always: bool
    """Whatever the resource and the context are, it matches."""


def compile_statement(statement: Statement, policy: Policy, switches: Switches = DEFAULT) -> Compiled:
    resources = _resources(statement.resources, policy, switches) if statement.resources else None
    everywhere = resources is None or (
        not resources.negated and any(matches_everything(one) for one in resources.patterns)
    )
    conditions = tuple((one.operator, one.key.lower(), one.values) for one in statement.conditions)
    return Compiled(
        statement,
        statement.effect == "Allow",
        _action_matcher(statement.actions, switches),
        resources,
        statement.principals,
        conditions,
        tuple(check(*one, expands=policy.has_variables) for one in conditions),
        policy.has_variables,
        everywhere,
        everywhere and not conditions,
    )


def _action_matcher(element: Element, switches: Switches) -> Callable[[str], bool]:
    """ACT-02: `NotAction` matches every action that it does not list, unknown ones too."""
    counted = (
        pattern
        for pattern in element.patterns
        if switches.unknown_actions_count or has_wildcard(pattern) or known_action(pattern)
    )
    matches = any_action(counted, any_service=switches.service_wildcards_match)
    return (lambda action: not matches(action)) if element.negated else matches


def _resources(element: Element, policy: Policy, switches: Switches) -> Resources:
    completed = switches.short_arns_are_completed
    held = tuple(one for one in element.patterns if policy.has_variables and "${" in one)
    fixed = tuple(one for one in element.patterns if one not in held)
    variable = tuple(one for one in held if stands_in_resource_part(one))
    tests = tuple(resource_pattern(one, completed=completed) for one in fixed)
    return Resources(fixed, tests, variable, element.negated, completed)


def matches(statement: Compiled, asked: Asked) -> Truth:
    """Resource and condition; the action is known to match, and the principal is asked for by `kinds`."""
    truth = T
    if not statement.everywhere and statement.resources is not None:
        truth = resource_matches(statement.resources, asked)
    # COND-01: operators and keys are ANDed
    for ready in statement.checks:
        if truth == F:
            break
        truth = min(truth, condition_holds(statement, ready, asked.context))
    return truth


def condition_holds(statement: Compiled, ready: Check, context: Context) -> Truth:
    """`ready`: one of the statement's checks."""
    try:
        return ready(context)
    except EvaluationError:
        # COND-12 does not say whether a Deny's other conditions still count; here they do, and this one holds
        return F if statement.allows else T


def kinds(statement: Compiled, asked: Asked) -> dict[Kind, Truth]:
    """Through which kinds of principal a statement of a resource policy means the caller."""
    if statement.principals is None:
        return {}
    found = match_principal(
        statement.principals, asked.principal, bounded=F if statement.allows else asked.bounded
    )
    if asked.denies_reach_sessions or statement.allows or asked.principal.type not in _SESSIONS:
        return found
    return {kind: truth for kind, truth in found.items() if kind not in (Kind.ROLE, Kind.ACCOUNT)}


_SESSIONS = ("session", "federated_user")


def resource_matches(resources: Resources, asked: Asked) -> Truth:
    """RES-04: `NotResource` means everything else; without either, the policy is about its own resource (a role)."""
    found = _any_matches(resources, asked)
    return negated(found) if resources.negated else found


def _any_matches(resources: Resources, asked: Asked) -> Truth:
    resource = asked.resource
    if resource == "*":
        return any_of(
            [_against_everything(pattern, asked) for pattern in (*resources.patterns, *resources.variable)]
        )
    for test in resources.fixed:
        if test(resource):
            return T
    if not resources.variable:
        return F
    return any_of(
        [_variable(pattern, asked, completed=resources.completed) for pattern in resources.variable]
    )


def _variable(pattern: str, asked: Asked, *, completed: bool) -> Truth:
    """RES-05: a variable without a value makes the element match nothing."""
    found = expanded(pattern, asked.context)
    if found is None:
        return F
    if isinstance(found, Unknown):
        return U if resource_pattern(widest(pattern), completed=completed)(asked.resource) else F
    return T if resource_pattern(found, completed=completed)(asked.resource) else F


def _against_everything(pattern: str, asked: Asked) -> Truth:
    """REQ-03: the resource `*` is matched by what matches everything; some services have an ARN of their own for it."""
    if matches_everything(pattern):
        return T
    service = asked.action.partition(":")[0]
    segments = plain(pattern).split(":")
    if service_has_wildcard(pattern) or segments[2:3] not in ([], [""], [service]):
        return F
    made = stand_in(asked.action)
    return U if made is None else _against_stand_in(pattern, made, asked)


def _against_stand_in(pattern: str, made: str, asked: Asked) -> Truth:
    """The region may not be known: then what the pattern says of it is left open."""
    caller, region = asked.principal, asked.context.look("aws:requestedregion")
    where = _SOME_REGION if isinstance(region, Unknown) else region[0]
    arn = made.format(partition=caller.partition, region=where, account=caller.account)
    found = _variable(pattern, asked._replace(resource=arn), completed=True)
    if found != F or not isinstance(region, Unknown) or region is ABSENT:
        return found
    segments = pattern.split(":")
    anywhere = ":".join([*segments[:3], "*", *segments[4:]])
    return min(U, _variable(anywhere, asked._replace(resource=arn), completed=True))
