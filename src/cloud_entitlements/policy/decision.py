"""An answer with its proof: what was decided, by which statements, on which keys it depends, what was not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.policy.decide import Answer
from cloud_entitlements.policy.layers import CREDENTIALS, Met
from cloud_entitlements.policy.request import Request
from cloud_entitlements.policy.truth import T

Outcome = Literal["allowed", "denied", "conditional"]


@dataclass(slots=True)
class Decision:
    """Never changed. Not frozen, for a frozen one takes six times as long to make: 1.1 us for 0.2."""

    outcome: Outcome
    """Conditional stays apart from both others, in lists too (TRI-06)."""
    explicit_deny: bool
    denied_by: tuple[str, ...]
    """Layers that deny, or whose allow is missing."""
    cases: Sequence[Answer]
    """Those that decide: what is known, or each case of what is not."""
    request: Request
    answer: Answer
    """Every layer's own answer, as far as the context was known."""
    context_keys: tuple[str, ...] = ()
    """Keys on which a conditional answer depends, in lower case; `spelling.told_keys` writes them as AWS does."""
    residual: str = ""
    """What must hold for it to be allowed."""
    minimised: bool = True
    """False: there were too many cases, or patterns overlap; the condition may be wider than it need be."""
    incomplete: tuple[str, ...] = ()
    """Layers that were not read and could change the answer."""
    warnings: tuple[str, ...] = ()
    parts: tuple[Decision, ...] = ()
    """Where one call needs several requests, each one's own (REQ-01)."""

    @property
    def statements(self) -> tuple[Met, ...]:
        """Those that decide. Put together when somebody looks, for most decisions are asked for their outcome."""
        if self.outcome == "denied":
            return _denying(self.cases)
        if self.parts:
            alike = [part for part in self.parts if part.outcome == self.outcome]
            return tuple(met for part in alike or self.parts for met in part.statements)
        return _allowing(self.answer) if self.outcome == "allowed" else _open(self.answer)


def _allowing(answer: Answer) -> tuple[Met, ...]:
    return tuple(
        met
        for name, said in answer.layers.items()
        for met in said.met
        if name != CREDENTIALS and met.statement.allows and met.truth == T
    ) + tuple(met for met in answer.granted.met if met.truth == T)


def _denying(cases: Sequence[Answer]) -> tuple[Met, ...]:
    """Each statement once, in however many cases it denies."""
    met = {
        (one.policy, one.statement.source.number): one
        for answer in cases
        for said in answer.layers.values()
        if said.deny == T
        for one in said.met
        if not one.statement.allows and one.truth == T
    }
    return tuple(met.values())


def _open(answer: Answer) -> tuple[Met, ...]:
    return tuple(met for said in answer.layers.values() for met in said.met) + answer.granted.met
