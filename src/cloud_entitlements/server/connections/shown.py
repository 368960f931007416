"""A connection as pages show it: words, links and progress beside the row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloud_entitlements.server.connections import identity_center
from cloud_entitlements.server.connections.models import TROUBLE, Account, Connection
from cloud_entitlements.server.connections.records import (
    critical,
    next_run_at,
    synchronization_state,
    target_ids,
)
from cloud_entitlements.server.connections.schedule import ACCOUNT, FAREWELL, IDENTITY_CENTER, SHOWN
from cloud_entitlements.work import ledger
from cloud_entitlements.work.models import Run, WorkItem

_ICONS = {"read": "connected", "absent": "idle", "partial": "pending"}
_WORDS = {"off": "Off", "idle": "Up to date", "queued": "Queued", "running": "Collecting", "failed": "Failed"}


@dataclass(frozen=True, slots=True)
class Shown:
    connection: Connection

    @property
    def targets(self) -> list[str]:
        return target_ids(self.connection)

    @property
    def state(self) -> str:
        return synchronization_state(self.connection)

    @property
    def state_words(self) -> str:
        run = ledger.active_run(str(self.connection.id))
        if run is not None and run.kind == FAREWELL:
            return "Checking that no role answers"
        if self.state == "running":
            return _collecting(run) if run else "Collecting"
        return _WORDS[self.state]

    @property
    def progress(self) -> ledger.Progress:
        run = ledger.active_run(str(self.connection.id))
        return ledger.progress(run, ACCOUNT) if run else ledger.Progress(0, 0, 0, 0)

    @property
    def next_at(self) -> datetime | None:
        return next_run_at(self.connection)

    @property
    def partial(self) -> bool:
        return self.connection.coverage_connected < self.connection.coverage_total

    @property
    def critical(self) -> str:
        return critical(self.connection)

    @property
    def outdated(self) -> bool:
        return bool(self.connection.deployment.get("missing"))

    @property
    def trouble(self) -> int:
        """Accounts, and Identity Center, that a retry tries again."""
        center = self.connection.identity_center.get("status") in identity_center.TROUBLE
        return self.connection.accounts.filter(status__in=TROUBLE).count() + center

    @property
    def identity_center(self) -> dict[str, Any] | None:
        """As a line beside the accounts; None while it was not tried."""
        found = self.connection.identity_center
        if not found:
            return None
        status = found["status"]
        return {
            **found,
            "words": identity_center.WORDS[status],
            "icon": _ICONS.get(status, status),
            "in_trouble": status in identity_center.TROUBLE,
            "read_at": datetime.fromisoformat(found["read_at"]) if found["read_at"] else None,
        }


def _collecting(run: Run) -> str:
    """Identity Center of a large organization takes longer than all its accounts."""
    accounts, center = ledger.progress(run, ACCOUNT), ledger.progress(run, IDENTITY_CENTER)
    ended = accounts.done + accounts.failed
    if ended == accounts.total and center.done + center.failed < center.total:
        return f"Reading {identity_center.NAME}"
    return f"Collecting {ended} of {accounts.total}" if accounts.total else "Collecting"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An account or Identity Center, while it is worked on."""

    account_id: str
    """Empty: Identity Center."""
    name: str
    text: str


def under_way(connection: Connection, run: Run, most: int = 20) -> list[UnderWay]:
    items = ledger.under_way(run, SHOWN, most)
    ids = [item.key for item in items]
    names = dict(connection.accounts.filter(account_id__in=ids).values_list("account_id", "name"))
    names[""] = identity_center.NAME
    return [UnderWay(item.key, names.get(item.key, ""), _progress(item)) for item in items]


def _progress(item: WorkItem) -> str:
    text = item.progress_text or "assuming the role"
    return f"{text}, {item.progress_done} of {item.progress_total}" if item.progress_total else text


def statuses(connection: Connection) -> list[dict[str, Any]]:
    """How many accounts there are in each state, for the filter."""
    counted: dict[str, int] = {}
    for status in connection.accounts.values_list("status", flat=True):
        counted[status] = counted.get(status, 0) + 1
    return [
        {"value": value, "label": label, "count": counted[value]}
        for value, label in Account.Status.choices
        if value in counted
    ]
