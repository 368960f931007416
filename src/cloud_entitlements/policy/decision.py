"""An answer with its proof: what was decided, by which statements, on which keys it depends, what was not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.policy.decide import Answer
from cloud_entitlements.policy.layers import Met
from cloud_entitlements.policy.request import Request

Outcome = Literal["allowed", "denied", "conditional"]


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    """Conditional stays apart from both others, in lists too (TRI-06)."""
    explicit_deny: bool
    denied_by: tuple[str, ...]
    """Layers that deny, or whose allow is missing."""
    statements: tuple[Met, ...]
    """Those that decide."""
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
