"""What a criterion is, and what it says of one identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cloud_entitlements.criteria.subject import Around, Subject

Criticality = Literal["low", "medium", "high"]
CRITICALITIES: tuple[Criticality, ...] = ("high", "medium", "low")
Verdict = Literal["fails", "contained", "passes", "not_applicable", "unknown"]
SubjectType = Literal["user", "role", "group", "root", "directory_user", "directory_group"]
"""The last two are of Identity Center, in no account."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that proves a judgement; what does not apply is empty."""

    text: str
    """A sentence. Names in backticks are AWS's, and as hostile as they were there."""
    policy: str = ""
    """As a person finds it: `inline policy read-logs`, or an ARN."""
    document: str = ""
    """SHA-256 of the document."""
    statement: int | None = None
    """Number in the document, from 0."""
    key_id: str = ""
    account_id: str = ""
    """The account of others that it names."""
    at: str = ""
    """A moment, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """What contains it, what was not read, why it does not apply."""
    stale_since: str = ""
    """It rests on what was read then, and could not be read again since."""
    known_accounts: tuple[str, ...] = ()
    """It would fail for these, had nobody said that they are known."""


def fails(*evidence: Evidence) -> Judgement:
    return Judgement("fails", evidence)


def contained(by: str, *evidence: Evidence) -> Judgement:
    return Judgement("contained", evidence, by)


def passes(*evidence: Evidence) -> Judgement:
    return Judgement("passes", evidence)


def not_applicable(why: str) -> Judgement:
    return Judgement("not_applicable", (), why)


def unknown(why: str) -> Judgement:
    return Judgement("unknown", (), why)


@dataclass(frozen=True, slots=True)
class Fix:
    """How to mend it, three ways. `criteria/fixes.py` fills in `{name}`, `{policy}` and its other places and steps."""

    console: str
    cli: str
    terraform: str


@dataclass(frozen=True, slots=True)
class Standards:
    """Numbers of the requirements that the criterion bears on."""

    cis: tuple[str, ...] = ()
    """CIS Amazon Web Services Foundations Benchmark 3.0.0."""
    nist: tuple[str, ...] = ()
    """NIST SP 800-53 revision 5."""
    iso: tuple[str, ...] = ()
    """ISO/IEC 27001:2022, annex A."""


@dataclass(frozen=True, slots=True)
class Criterion:
    id: str
    """In addresses, files and commands; never changes."""
    title: str
    types: tuple[SubjectType, ...]
    why: str
    fix: Fix
    criticality: Criticality
    """Unless a security policy says otherwise."""
    needs: tuple[str, ...]
    """Parts of an account (`inventory.layers`) that it judges by: without one of them, it is unknown."""
    standards: Standards
    judge: Callable[[Subject, Around], Judgement]
    period: int | None = None
    """Days, where it asks for an age; one of PERIODS unless a security policy says otherwise."""
    uses: tuple[str, ...] = ()
    """Parts that it looks at too: without one of them it may still know enough, and says so itself if not."""


PERIODS = (30, 60, 90)
