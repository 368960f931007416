"""The statements that give an identity what it may do, and those that deny it, one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import or_

from cloud_entitlements.access.index.giving import Giving
from cloud_entitlements.access.index.universe import actions_of_element
from cloud_entitlements.access.organization import Source
from cloud_entitlements.criteria.criterion import Evidence
from cloud_entitlements.criteria.levels import LEVELS, at_level
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy.document import Statement, statement_place
from cloud_entitlements.policy.pattern import matches_everything


def together(actions: Iterable[int]) -> int:
    return reduce(or_, actions, 0)


def place(grant: Giving) -> str:
    """As evidence says it: `inline policy x` in `Statement[2]` (`Sid`)."""
    sid = f" (`{grant.sid}`)" if grant.sid else ""
    return f"`{grant.source}` in `{statement_place(grant.statement or 0)}`{sid}"


def proofs(
    grants: Iterable[Giving], given: Callable[[Giving], int], tell: Callable[[int], str]
) -> Iterator[Evidence]:
    """The statements of which something is `given`, those of the gravest actions first. `tell` names the actions."""
    found = [(grant, given(grant)) for grant in grants]
    for grant, those in sorted(found, key=lambda one: _gravity(one[1]), reverse=True):
        if those:
            condition = ", on a condition" if grant.conditional else ""
            yield Evidence(
                f"{place(grant)} allows {tell(those)}{condition}",
                policy=grant.source,
                document=grant.document or "",
                statement=grant.statement,
            )


def _gravity(actions: int) -> tuple[int, ...]:
    return tuple((actions & at_level(level)).bit_count() for level in LEVELS)


def own_denials(subject: Subject, around: Around) -> Iterator[tuple[Source, Statement, int]]:
    """What its own policies deny on every resource in every circumstance, statement by statement."""
    for source in subject.policies:
        for one in around.statements(source.document) or ():
            if one.effect == "Deny" and not one.conditions and _is_everywhere(one):
                yield source, one, actions_of_element(one.actions.patterns, one.actions.negated)


def _is_everywhere(statement: Statement) -> bool:
    found = statement.resources
    return found is None or (not found.negated and any(map(matches_everything, found.patterns)))
