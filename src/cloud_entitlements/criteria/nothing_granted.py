"""Does a policy document give anything, or keep anybody from something? Documents are asked once: many share one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cloud_entitlements.access.index.universe import actions_like, actions_of_element
from cloud_entitlements.policy.document import Place, Statement
from cloud_entitlements.policy.lint.document import Document
from cloud_entitlements.policy.stack import CompiledPolicy
from cloud_entitlements.policy.text import Node

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Idle:
    """A statement that gives nothing, and why."""

    number: int | None
    """From 0; None: there is no statement at all."""
    why: str


@lru_cache(_REMEMBERED)
def idle(held: CompiledPolicy) -> tuple[Idle, ...]:
    """Every statement of a document that grants nothing; empty for one that grants or denies something."""
    document = Document("", "identity", held.policy, Node(None))
    if any(one.effect == "Deny" for one in document.statements):
        return ()
    if not document.statements:
        return (Idle(None, "it has no statement"),)
    found = [_idle(document, one) for one in document.statements]
    return () if None in found else tuple(one for one in found if one)


def _idle(document: Document, statement: Statement) -> Idle | None:
    element = statement.actions
    if not actions_of_element(element.patterns, element.negated):
        listed = ", ".join(f"`{one}`" for one in element.patterns[:3])
        return Idle(statement.number, f"AWS lists no action {listed}")
    missed = _without_resources(document, statement)
    if element.negated or missed is None:
        return None
    return Idle(statement.number, missed)


def _without_resources(document: Document, statement: Statement) -> str | None:
    """What the linter says, where it says so of every action that there is; None: some action meets a resource."""
    from cloud_entitlements.policy.lint.criteria.action_without_resource import ACTION_WITHOUT_RESOURCE

    told: dict[Place, str] = {
        found.place: found.text
        for found in ACTION_WITHOUT_RESOURCE.find(document)
        if found.statement is not None and found.statement.number == statement.number
    }
    known = [
        place
        for pattern, place in zip(statement.actions.patterns, statement.actions.places, strict=True)
        if actions_like(pattern)
    ]
    return next(iter(told.values()), None) if told and all(one in told for one in known) else None
