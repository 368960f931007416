"""Units and accounts as a tree, each with its state and cause; and the causes once more, each told once.

A large organization is not sent at once: its units come closed, and their accounts when one opens them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.server.connections.models import TROUBLE, Account, Connection

INLINE = 300
PAGE = 300
_BETWEEN = " / "


@dataclass(slots=True)
class Unit:
    name: str
    path: str
    accounts: list[Account] = field(default_factory=list)
    """Of this unit itself; empty when they are fetched later."""
    own: int = 0
    units: dict[str, Unit] = field(default_factory=dict)
    total: int = 0
    trouble: int = 0

    @property
    def below(self) -> list[Unit]:
        return list(self.units.values())

    @property
    def open(self) -> bool:
        return bool(self.accounts) or any(unit.open for unit in self.units.values())


def chosen(connection: Connection, status: str = "") -> QuerySet[Account]:
    found = connection.accounts.order_by("unit_path", "account_id")
    return found.filter(status=status) if status in Account.Status.values else found


def tree(connection: Connection, status: str = "") -> list[Unit]:
    """The roots. `status` leaves only accounts in that state, and the units above them."""
    found = chosen(connection, status)
    top = Unit("", "")
    counted = found.order_by("unit_path").values("unit_path", "status").annotate(count=Count("id"))
    for row in counted:
        trouble = row["count"] if row["status"] in TROUBLE else 0
        for unit in _down(top, row["unit_path"]):
            unit.total += row["count"]
            unit.trouble += trouble
        unit.own += row["count"]
    if found.count() <= INLINE:
        for account in found:
            *_, unit = _down(top, account.unit_path)
            unit.accounts.append(account)
    return top.below


def _down(top: Unit, path: str) -> Iterator[Unit]:
    """The units on the way to `path`, made where they are missing."""
    unit, so_far = top, ""
    for name in path.split(_BETWEEN):
        so_far = f"{so_far}{_BETWEEN}{name}" if so_far else name
        unit = unit.units.setdefault(name, Unit(name, so_far))
        yield unit


def of_unit(connection: Connection, path: str, status: str, after: str) -> dict[str, Any]:
    """A page of one unit's own accounts."""
    found = chosen(connection, status).filter(unit_path=path, account_id__gt=after)
    accounts = list(found[: PAGE + 1])
    more = accounts[PAGE - 1].account_id if len(accounts) > PAGE else ""
    return {"accounts": accounts[:PAGE], "after": more, "path": path, "status": status}


def reasons(connection: Connection) -> list[dict[str, Any]]:
    """Each kind of failure once, the most frequent first, with the causes of one account as an example."""
    counted = (
        connection.accounts.filter(status__in=TROUBLE)
        .exclude(failure="")
        .values("failure")
        .annotate(count=Count("id"))
        .order_by("-count", "failure")
    )
    return [_reason(connection, row["failure"], row["count"]) for row in counted]


def _reason(connection: Connection, failure: str, count: int) -> dict[str, Any]:
    example = connection.accounts.filter(status__in=TROUBLE, failure=failure).first()
    kind = KINDS.get(failure)
    return {
        "code": failure,
        "title": kind.title if kind else failure,
        "count": count,
        "example": example,
        "critical": failure == "trust_too_open",
    }
