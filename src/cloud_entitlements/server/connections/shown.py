"""A connection as pages show it: words, links and progress beside the row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloud_entitlements.server.connections.models import TROUBLE, Account, Connection
from cloud_entitlements.server.connections.records import (
    critical,
    next_run_at,
    synchronization_state,
    target_ids,
)
from cloud_entitlements.server.connections.schedule import FAREWELL
from cloud_entitlements.work import ledger

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
            progress = self.progress
            return (
                f"Collecting {progress.done + progress.failed} of {progress.total}"
                if progress.total
                else "Collecting"
            )
        return _WORDS[self.state]

    @property
    def progress(self) -> ledger.Progress:
        run = ledger.active_run(str(self.connection.id))
        return ledger.progress(run, "account") if run else ledger.Progress(0, 0, 0, 0)

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
        return self.connection.accounts.filter(status__in=TROUBLE).count()


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
