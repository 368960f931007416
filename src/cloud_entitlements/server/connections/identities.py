"""How many users, roles and groups are known, and of how many accounts: what was never read is unknown, and not 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cloud_entitlements.aws.collectors.authorization_details import COLLECTOR
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access.snapshots import readable


@dataclass(frozen=True, slots=True)
class Identities:
    counts: Mapping[str, int]
    accounts: int
    """Accounts that should be read."""
    known: int
    """Accounts whose identities are known, from now or from before."""
    stale: int
    """Those of them that could not be read again."""
    oldest: str
    """When the first of the stale ones was read, in ISO 8601; empty when none is stale."""

    @property
    def user(self) -> int | None:
        return self._count("user")

    @property
    def role(self) -> int | None:
        return self._count("role")

    @property
    def group(self) -> int | None:
        return self._count("group")

    def _count(self, kind: str) -> int | None:
        return self.counts.get(kind, 0) if self.known else None

    @property
    def unknown(self) -> int:
        """Accounts that were never read."""
        return max(0, self.accounts - self.known)

    @property
    def words(self) -> str:
        if not self.known:
            return "no account could be read: its identities are unknown"
        return ", ".join(f"{count} {kind}s" for kind, count in self.counts.items())


def identities(snapshots: Iterable[Snapshot]) -> Identities:
    """Of all `snapshots` together."""
    counts: Counter[str] = Counter()
    accounts = known = 0
    stale: list[str] = []
    for snapshot in snapshots:
        counts.update(snapshot.manifest.identities)
        accounts += snapshot.manifest.coverage.total
        for row in snapshot.rows("collections", of_collector=COLLECTOR.name):
            known += row["outcome"] != "missing"
            stale += [row["collected_at"]] if row["outcome"] == "stale" else []
    return Identities(dict(counts), accounts, known, len(stale), min(stale, default=""))


def identities_of(connection_ids: Iterable[str]) -> Identities:
    """Of their latest snapshots."""
    latest = (readable(one) for one in connection_ids)
    return identities(one for one in latest if one)


def unread_accounts(connection_ids: Iterable[str]) -> set[tuple[str, str]]:
    """Connection and account of those whose users, roles and groups were never read; all that is known of them is a root user."""
    found: set[tuple[str, str]] = set()
    for one in connection_ids:
        snapshot = readable(one)
        rows = (
            snapshot.rows("collections", of_collector=COLLECTOR.name, outcome="missing") if snapshot else ()
        )
        found |= {(one, row["account_id"]) for row in rows}
    return found
