"""The statements of control policies above an account, each with where it stands, for criteria that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloud_entitlements.access.control import ControlType, attached_levels
from cloud_entitlements.access.index.universe import actions_of_element
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.subject import Around
from cloud_entitlements.policy.document import Element, Statement
from cloud_entitlements.policy.pattern import resource_pattern
from cloud_entitlements.policy.stack import CompiledPolicy

SHORT: dict[ControlType, str] = {"SERVICE_CONTROL_POLICY": "SCP", "RESOURCE_CONTROL_POLICY": "RCP"}


@dataclass(frozen=True, slots=True)
class Control:
    words: str
    """``SCP `name` at `node` ``"""
    document: str
    statement: Statement
    has_variables: bool

    def evidence(self, text: str) -> Evidence:
        return Evidence(text, self.words, self.document, self.statement.number)


@dataclass(frozen=True, slots=True)
class Controls:
    denies: tuple[Control, ...] = ()
    unread: tuple[str, ...] = ()
    """What may deny, and was not read."""
    apply: bool = True
    """False: none of this type hold in the account."""


def controls(around: Around, type_: ControlType) -> Controls:
    """From the root down."""
    organization, account_id = around.organization, around.account.id
    levels = attached_levels(organization, account_id, type_)
    if levels is None:
        return Controls(apply=False)
    if not isinstance(levels, tuple):
        return Controls(unread=("the organization's control policies",))
    found: list[Control] = []
    unread = []
    for node, attached in zip(organization.nodes(account_id), levels, strict=True):
        for document in attached:
            words = (
                f"{SHORT[type_]} `{organization.control_names.get((node, document), document)}` at `{node}`"
            )
            policy = organization.policy(document)
            if isinstance(policy, CompiledPolicy):
                found += _denies(words, document, policy)
            else:
                unread.append(words)
    return Controls(tuple(found), tuple(unread))


def _denies(words: str, document: str, policy: CompiledPolicy) -> Iterator[Control]:
    for one in policy.statements:
        if one.source.effect == "Deny":
            yield Control(words, document, one.source, policy.policy.has_variables)


def covers(statement: Statement, actions: int, arn: str) -> bool:
    """All of these actions, on this resource. A pattern with a variable covers nothing for certain."""
    element = statement.actions
    if actions & ~actions_of_element(element.patterns, element.negated):
        return False
    return statement.resources is None or _covers(statement.resources, arn)


def _covers(resources: Element, arn: str) -> bool:
    if resources.negated:
        return not any("${" in one or resource_pattern(one)(arn) for one in resources.patterns)
    return any(resource_pattern(one)(arn) for one in resources.patterns)
