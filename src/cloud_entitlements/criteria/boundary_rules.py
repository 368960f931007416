"""Rules that ask for a permissions boundary: a control policy above the account refuses to make an identity without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloud_entitlements.access.control import SCP
from cloud_entitlements.criteria.controls import Control, controls, covers
from cloud_entitlements.criteria.levels import actions
from cloud_entitlements.criteria.subject import Around, Subject
from cloud_entitlements.policy.catalogue import is_multivalued
from cloud_entitlements.policy.condition.holds import EvaluationError, holds
from cloud_entitlements.policy.context import ABSENT, Context, State
from cloud_entitlements.policy.document import Condition
from cloud_entitlements.policy.truth import T

KEY = "iam:permissionsboundary"
_MAKES = {"role": "iam:CreateRole", "user": "iam:CreateUser"}
_OF_WHAT_IS_MADE = ("aws:requesttag/", "aws:tagkeys")
"""What an identity was made with, beside its boundary, is not known any more."""


@dataclass(frozen=True, slots=True)
class Rule:
    control: Control
    subject: Subject

    @property
    def words(self) -> str:
        wanted = dict.fromkeys(
            value for one in self._conditions if one.operator.family for value in one.values
        )
        return ", ".join(f"`{value}`" for value in wanted)

    @property
    def is_met(self) -> bool:
        return not self.refuses(self.subject.boundary)

    def refuses(self, boundary: str | None) -> bool:
        """To make an identity with it. Who makes it is another matter: a rule may except some."""
        context = _context(self.subject, (boundary,) if boundary else ABSENT)
        return all(self._holds(one, context) for one in self._conditions)

    @property
    def _conditions(self) -> list[Condition]:
        return [one for one in self.control.statement.conditions if one.key.lower() == KEY]

    def _holds(self, condition: Condition, context: Context) -> bool:
        family = condition.operator.family
        expands = self.control.has_variables and family is not None and family.expands
        try:
            return holds(condition.operator, KEY, condition.values, context, expands=expands) == T
        except EvaluationError:
            return True  # COND-12: a Deny applies


def _context(subject: Subject, boundary: State) -> Context:
    own = {
        KEY: boundary,
        "aws:principalaccount": (subject.account_id,),
        "aws:resourceaccount": (subject.account_id,),
    }
    return Context(own, multivalued=is_multivalued)


@dataclass(frozen=True, slots=True)
class Rules:
    asking: tuple[Rule, ...]
    unread: tuple[str, ...]


def rules(subject: Subject, around: Around) -> Rules:
    """Those that would refuse to make such an identity without a boundary."""
    found = controls(around, SCP)
    return Rules(tuple(_asking(found.denies, subject)), found.unread)


def _asking(denies: tuple[Control, ...], subject: Subject) -> Iterator[Rule]:
    makes = actions(_MAKES[subject.type])
    for one in denies:
        keys = [condition.key.lower() for condition in one.statement.conditions]
        if KEY not in keys or any(key.startswith(_OF_WHAT_IS_MADE) for key in keys):
            continue
        rule = Rule(one, subject)
        if covers(one.statement, makes, subject.arn) and rule.refuses(None):
            yield rule
