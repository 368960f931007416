"""The statements that give an identity what it may do, one by one, whatever else takes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from cloud_entitlements.access import Organization
from cloud_entitlements.access.index.kinds import ANYWHERE, actions_on_any, all_kinds, covered
from cloud_entitlements.access.index.universe import actions_of_element
from cloud_entitlements.access.organization import Source
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.levels import LEVELS, at_level
from cloud_entitlements.criteria.subject import Subject, statements
from cloud_entitlements.policy.document import Statement
from cloud_entitlements.policy.pattern import matches_everything


@dataclass(frozen=True, slots=True)
class Grant:
    """A statement that allows something."""

    source: Source
    statement: Statement
    actions: int
    """That it allows on some resource."""
    broad: int
    """Those of them that it allows on every resource of a type, or on all but some."""

    @property
    def place(self) -> str:
        """`inline policy x`, statement 2 (`Sid`), as evidence says it."""
        sid = f" (`{self.statement.sid}`)" if self.statement.sid else ""
        return f"`{self.source.words}` in statement {self.statement.number}{sid}"


def grants_of(subject: Subject, organization: Organization) -> tuple[Grant, ...]:
    """Of its policies that were read."""
    return tuple(
        Grant(source, one, found, found & _broadly(one, subject))
        for source, one in _statements(subject, organization, "Allow")
        if (found := _actions(one))
    )


def denials_of(subject: Subject, organization: Organization) -> Iterator[tuple[Source, Statement, int]]:
    """What its own policies deny on every resource in every circumstance, statement by statement."""
    for source, one in _statements(subject, organization, "Deny"):
        if not one.conditions and _is_everywhere(one):
            yield source, one, _actions(one)


def together(actions: Iterable[int]) -> int:
    return reduce(or_, actions, 0)


def proofs(
    grants: Iterable[Grant], wanted: int, given: Callable[[Grant], int], tell: Callable[[int], str]
) -> Iterator[Evidence]:
    """The statements that give some of `wanted`, those of the gravest actions first. `tell` names actions."""
    found = [(grant, given(grant) & wanted) for grant in grants]
    for grant, those in sorted(found, key=lambda one: _gravity(one[1]), reverse=True):
        if those:
            yield Evidence(
                f"{grant.place} allows {tell(those)}",
                policy=grant.source.words,
                document=grant.source.document or "",
                statement=grant.statement.number,
            )


def _gravity(actions: int) -> tuple[int, ...]:
    return tuple((actions & at_level(level)).bit_count() for level in LEVELS)


def _statements(
    subject: Subject, organization: Organization, effect: str
) -> Iterator[tuple[Source, Statement]]:
    for source in subject.policies:
        for one in statements(organization, source.document) or ():
            if one.effect == effect:
                yield source, one


def _actions(statement: Statement) -> int:
    return actions_of_element(statement.actions.patterns, statement.actions.negated)


def _is_everywhere(statement: Statement) -> bool:
    found = statement.resources
    return found is None or (not found.negated and any(map(matches_everything, found.patterns)))


def _broadly(statement: Statement, subject: Subject) -> int:
    """Actions, of whatever service, that a statement about these resources allows on all of a type."""
    if _is_everywhere(statement) or statement.resources is None:
        return ~0
    partition = subject.arn.split(":")[1]
    kinds = 0
    for pattern in statement.resources.patterns:
        account, found = covered(pattern, partition)
        kinds |= found if account in (ANYWHERE, subject.account_id) else 0
    return actions_on_any(all_kinds() & ~kinds if statement.resources.negated else kinds)
