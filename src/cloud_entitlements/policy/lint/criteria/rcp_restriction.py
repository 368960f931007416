from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.document import Place, Statement
from cloud_entitlements.policy.lint.actions import is_everything
from cloud_entitlements.policy.lint.document import Document, placed
from cloud_entitlements.policy.lint.finding import Criterion, Found


def _find(document: Document) -> Iterator[Found]:
    """RCP-01, RCP-02."""
    for statement in document.statements if document.kind == "rcp" else ():
        for text, place in (*_effect(statement), *_principal(statement), *_actions(statement)):
            yield Found(text, place, statement)


def _effect(statement: Statement) -> Iterator[tuple[str, Place]]:
    if statement.effect == "Allow":
        yield (
            "a resource control policy only denies: `RCPFullAWSAccess` is the one that allows",
            statement.place,
        )


def _principal(statement: Statement) -> Iterator[tuple[str, Place]]:
    element = statement.principals
    if element is None:
        return
    if element.negated:
        yield "a resource control policy has no NotPrincipal", element.places[0]
    elif element.entries not in ((("*", "*"),), (("AWS", "*"),)):
        yield (
            'the principal of a resource control policy is `"*"`: whom it means, conditions say',
            element.places[0],
        )


def _actions(statement: Statement) -> Iterator[tuple[str, Place]]:
    if statement.actions.negated:
        yield "a resource control policy has no NotAction", statement.actions.places[0]
    for pattern, place in placed(statement.actions):
        if is_everything(pattern):
            yield f"a resource control policy does not take `{pattern}` as action: name services", place


RCP_RESTRICTION = Criterion(
    code="rcp-restriction",
    title="What a resource control policy can't hold",
    severity="error",
    why="Organizations refuses it.",
    fix="a statement of yours is a Deny for everybody, on named services, narrowed by conditions",
    find=_find,
)
