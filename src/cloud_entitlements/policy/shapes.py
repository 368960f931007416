"""What policies of a kind may hold, so far as it would change an answer: AWS stores no others."""

from __future__ import annotations

from collections.abc import Callable

from cloud_entitlements.policy.document import Policy, Statement
from cloud_entitlements.policy.errors import MalformedPolicy

Shape = Callable[[Statement], str]
"""What is wrong with a statement; empty: nothing."""


def check(policy: Policy, shape: Shape) -> None:
    """Raises MalformedPolicy."""
    for statement in policy.statements:
        wrong = shape(statement)
        if wrong:
            raise MalformedPolicy(wrong, statement.place.line, statement.place.column)


def _unnamed(statement: Statement) -> str:
    """SCP-03, STMT-01, and policies of an identity: whom they hold for is whom they are attached to."""
    if statement.resources is None:
        return "the statement has neither Resource nor NotResource"
    return "Principal stands in policies of resources only" if statement.principals else ""


def _rcp(statement: Statement) -> str:
    """RCP-02; RCP-01: only AWS's own may allow."""
    element = statement.principals
    if element is None or element.negated or element.entries not in _EVERYBODY:
        return "a resource control policy is for everybody: Principal is `*`"
    if statement.actions.negated:
        return "a resource control policy has no NotAction"
    if statement.effect == "Deny" and "*" in statement.actions.patterns:
        return "a resource control policy names services in Action"
    return ""


_EVERYBODY = ((("*", "*"),), (("AWS", "*"),))
UNNAMED_SHAPE: Shape = _unnamed
RCP_SHAPE: Shape = _rcp
