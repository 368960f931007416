"""What lists and numbers are of: which snapshots, how much of their accounts, and what is being judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.staging import NOT_GIVEN
from cloud_entitlements.server.access.snapshots import Damaged, damaged
from cloud_entitlements.server.identities.listing import shown_connections
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations import due

_MOST = 50


@dataclass(frozen=True, slots=True)
class Gap:
    connection: str
    account_id: str
    part: str
    call: str
    code: str
    message: str
    stale_since: str


@dataclass(frozen=True, slots=True)
class Covered:
    """Of the connections that a page shows."""

    analyses: Sequence[Analysis]
    waiting: Sequence[str]
    """Connections whose snapshot is not judged yet, or not by the settings as they are."""
    damaged: Sequence[Damaged] = ()
    """Those whose latest snapshot can't be read: what is shown of them is of the one before."""

    @property
    def total(self) -> int:
        return sum(one.coverage_total for one in self.analyses)

    @property
    def connected(self) -> int:
        return sum(one.coverage_connected for one in self.analyses)

    @property
    def gaps(self) -> int:
        return sum(one.gaps for one in self.analyses)

    @property
    def whole(self) -> bool:
        return self.connected == self.total and not self.gaps

    @property
    def oldest(self) -> datetime | None:
        return min((one.collected_at for one in self.analyses), default=None)

    def gap_list(self) -> list[Gap]:
        """The first of them, as they are told beside a number."""
        found: list[Gap] = []
        for one in self.analyses:
            snapshot = _snapshot(one)
            for row in snapshot.rows("gaps") if snapshot else ():
                if row["code"] != NOT_GIVEN:
                    found.append(_gap(one.name, row))
                if len(found) >= _MOST:
                    return found
        return found


def covered(connection_id: str = "", tag: str = "") -> Covered:
    """`connection_id`: that one alone."""
    shown = [one for one in shown_connections(tag) if connection_id in ("", one)]
    waiting = [one for one in due.waiting() if connection_id in ("", one)]
    lost = [one for one in damaged(connection_id) if not tag or one.connection_id in shown]
    return Covered(list(Analysis.objects.filter(connection_id__in=shown).order_by("name")), waiting, lost)


def _snapshot(one: Analysis) -> Snapshot | None:
    folder = settings.SNAPSHOTS_DIR / one.connection_id / one.snapshot_id
    try:
        return Snapshot.open(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _gap(connection: str, row: dict[str, str]) -> Gap:
    return Gap(
        connection,
        row["account_id"],
        row["of_collector"].replace("_", " "),
        row["call"] or "",
        row["code"] or "",
        row["message"] or "",
        row["stale_since"] or "",
    )
