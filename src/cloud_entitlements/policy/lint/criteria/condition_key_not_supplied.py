from __future__ import annotations

from collections.abc import Iterator

from cloud_entitlements.policy.catalogue import facts_of
from cloud_entitlements.policy.document import Condition, Statement
from cloud_entitlements.policy.keys import exists, is_global, is_provider
from cloud_entitlements.policy.lint.actions import meant
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.lint.finding import Criterion, Found

_BY_ACTION = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
"""Global by name, and supplied by those actions alone whose entry in the reference lists them."""


def _find(document: Document) -> Iterator[Found]:
    for statement in document.statements:
        actions = meant(statement.actions)
        if not actions.known:
            continue
        supplied = supplied_by(actions.names)
        for condition in statement.conditions:
            if _depends(condition) and not _among(condition.key.lower(), supplied):
                yield Found(
                    f"none of the actions supplies `{condition.key}`",
                    condition.place,
                    statement,
                    _fix(statement),
                )


def _depends(condition: Condition) -> bool:
    key = condition.key.lower()
    return exists(key) and not is_provider(key) and (not is_global(key) or key.startswith(_BY_ACTION))


def supplied_by(actions: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        key.removesuffix("tag-key")
        for name in actions
        if (facts := facts_of(name))
        for key in facts.condition_keys
    )


def _among(key: str, supplied: frozenset[str]) -> bool:
    """`s3:existingobjecttag/` stands for a family."""
    return key in supplied or any(key.startswith(one) for one in supplied if one.endswith(("/", ".", ":")))


def _fix(statement: Statement) -> str:
    return (
        ""
        if statement.effect == "Allow"
        else "as it stands, the Deny applies never or always: check the operator"
    )


CONDITION_KEY_NOT_SUPPLIED = Criterion(
    code="condition-key-not-supplied",
    title="A condition key that none of the actions supplies",
    severity="warning",
    why="The key is absent whenever these actions are asked: a positive operator never holds, a negated one always does.",
    fix="use a key that the actions supply, or a global one; move actions that supply it to a statement of their own",
    find=_find,
)
