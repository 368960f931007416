"""What a collector is: one file in `collectors/`, the verbs fetch, normalize, save, and a cadence.

`collect` yields rows and raises what AWS raised; who runs it stages the rows, or records the gap.
Imports `inventory` and `aws.sessions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from cloud_entitlements.aws.sessions import AwsSession

Row = tuple[str, Mapping[str, object]]
"""A table of `inventory.tables` and one row of it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a collector collects: `account_id` owns the session's role."""

    account_id: str
    partition: str
    identity_center_region: str = ""
    """Where Identity Center was when it was read last; empty: not known, every Region is asked."""


@dataclass(frozen=True, slots=True)
class Collector:
    name: str
    level: Literal["organization", "account"]
    cadence: timedelta
    """Collected again when the last success is older than this; until then its rows are carried over."""
    tables: tuple[str, ...]
    operations: tuple[str, ...]
    """API operations, `iam:GetAccountAuthorizationDetails`; the table of permissions covers each."""
    collect: Callable[[AwsSession, Scope], Iterator[Row]]


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
