"""What a criterion is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from cloud_entitlements.policy.document import Place, Statement
from cloud_entitlements.policy.lint.document import Document

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a criterion yields; `lint` adds the code and the severity."""

    text: str
    """One line, without a full stop; names from the document in backticks, as they were written."""
    place: Place
    statement: Statement | None = None
    fix: str = ""
    """Only where it says more than the criterion's own."""


@dataclass(frozen=True, slots=True)
class Criterion:
    code: str
    title: str
    severity: Severity
    why: str
    """One sentence."""
    fix: str
    find: Callable[[Document], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    severity: Severity
    text: str
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    statement: int | None
    """From 0, as everywhere in this package; None: the whole document."""
    sid: str
    fix: str
