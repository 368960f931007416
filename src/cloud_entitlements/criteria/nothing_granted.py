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
    """A statement that gives or forbids nothing, and why."""

    number: int | None
    """From 0; None: there is no statement at all."""
    why: str
    denies: bool = False


@lru_cache(_REMEMBERED)
def idle(held: CompiledPolicy) -> tuple[Idle, ...]:
    """Every statement of a document that grants nothing; empty for one that grants or denies something."""
    document = Document("", "identity", held.policy, Node(None))
    if not document.statements:
        return (Idle(None, "it has no statement"),)
    found = [_idle(document, one) for one in document.statements]
    return () if None in found else tuple(one for one in found if one)


def _idle(document: Document, statement: Statement) -> Idle | None:
    element = statement.actions
    if not actions_of_element(element.patterns, element.negated):
        listed = ", ".join(f"`{one}`" for one in element.patterns[:3])
        why = f"its NotAction leaves none: {listed}" if element.negated else f"AWS lists no action {listed}"
    elif _leaves_no_resource(statement):
        why = "its NotResource leaves none: `*`"
    else:
        why = "" if element.negated else _without_resources(document, statement)
    return Idle(statement.number, why, denies=statement.effect == "Deny") if why else None


def _leaves_no_resource(statement: Statement) -> bool:
    element = statement.resources
    return element is not None and element.negated and "*" in element.patterns


def _without_resources(document: Document, statement: Statement) -> str:
    """What the linter says, where it says so of every action that there is; empty: some action meets a resource."""
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
    return next(iter(told.values())) if told and all(one in told for one in known) else ""
