"""What a collector is: one file in `collectors/`, the verbs fetch, normalize, save, and a cadence.

`collect` yields rows and raises what AWS raised; who runs it stages the rows, or records the gap. One that asks AWS
about many things one by one yields what it has and a gap beside it, so that one refusal doesn't cost the others.
Imports `inventory` and `aws.sessions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from cloud_entitlements.aws.sessions import AwsSession
from cloud_entitlements.inventory import Gap

Row = tuple[str, Mapping[str, object]]
"""A table of `inventory.tables` and one row of it."""
Known = Callable[..., Iterable[Row]]


class Before(Protocol):
    """Rows of a table for this account in the last snapshot, of all columns or of some."""

    def __call__(self, table: str, /, *columns: str) -> Iterable[Mapping[str, Any]]: ...


def _tell_nobody(_done: int, _total: int, _text: str) -> None: ...


def _nothing_before(_table: str, *_columns: str) -> Iterable[Mapping[str, Any]]:
    return ()


def _nothing_known(*_tables: str) -> Iterable[Row]:
    return ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a collector collects: `account_id` owns the session's role."""

    account_id: str
    partition: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When this collection began."""
    before: Before = _nothing_before
    known: Known = _nothing_known
    """Rows of tables that other collectors fill: those of this run where it has them, else of the last snapshot."""
    first: Sequence[str] = ()
    """ARNs of the most privileged, who are asked about first; without it a collector orders them by itself."""
    identity_center_region: str = ""
    """Where Identity Center was when it was read last; empty: not known, every Region is asked."""
    tell: Callable[[int, int, str], None] = _tell_nobody
    """How far one is that takes long: done, of how many (0: not known), and of what."""


@dataclass(frozen=True, slots=True)
class Collector:
    name: str
    level: Literal["organization", "account"]
    cadence: timedelta
    """Collected again when the last success is older than this; until then its rows are carried over."""
    tables: tuple[str, ...]
    operations: tuple[str, ...]
    """API operations, `iam:GetAccountAuthorizationDetails`; the table of permissions covers each."""
    collect: Callable[[AwsSession, Scope], Iterator[Row | Gap]]


class Unchanged(Exception):
    """Nothing was to be asked: the rows of the last snapshot still count as they are."""


class PartlyRead(Exception):
    """Raised after the rows that could be read: they stay, beside a gap that says what stopped the rest."""

    def __init__(self, error: Exception, call: str) -> None:
        super().__init__(f"{call}: {error}")
        self.error, self.call = error, call


class RepeatedPage(Exception):
    """AWS gave the same page marker or token twice: the list can't be read to its end."""

    failure_code = "repeated_page"


def pages(operation: Callable[..., dict[str, Any]], **arguments: object) -> Iterator[dict[str, Any]]:
    """Pages of an IAM list, by its marker. A page may be empty and still not the last."""
    seen: set[str] = set()
    marker: str | None = None
    while True:
        page = operation(**arguments, **({"Marker": marker} if marker else {}))
        yield page
        if not page.get("IsTruncated"):
            return
        marker = page["Marker"]
        if marker in seen:
            raise RepeatedPage(f"the page marker `{marker[:40]}` came twice")
        seen.add(marker)
