"""What was read of an account, part by part; and why not, where it was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.staging import NOT_GIVEN


@dataclass(frozen=True, slots=True)
class Part:
    """`mfa_devices`, `credential_report`, …, as they came into the snapshot."""

    name: str
    outcome: str
    """`collected`, `carried`, `partial`, `stale`, `missing`, `absent`; empty: nobody collected it then."""
    collected_at: str
    gap: Mapping[str, Any] | None

    @property
    def read(self) -> bool:
        """Now or before."""
        return self.outcome not in ("", "missing")

    @property
    def stale_since(self) -> str:
        """ISO 8601; empty: it was read when it was due."""
        return self.collected_at if self.outcome == "stale" else ""

    @property
    def why(self) -> str:
        """Why it was not read, or not read again. Backticks hold what AWS said."""
        if self.gap is None:
            return "" if self.read else "it was not collected when this snapshot was made"
        if self.gap["code"] == NOT_GIVEN:
            return "the import was not given it"
        code = self.gap["code"] or ""
        call = f"`{self.gap['call']}`: " if self.gap["call"] else ""
        return f"{call}{KINDS[code].title if code in KINDS else f'`{code}`'}"


Parts = Mapping[str, Part]


def parts_of(snapshot: Snapshot, account_id: str) -> Parts:
    """By name; what is not there was not collected."""
    gaps = {row["of_collector"]: row for row in snapshot.rows("gaps", account_id=account_id)}
    found = {
        row["of_collector"]: Part(
            row["of_collector"], row["outcome"], row["collected_at"] or "", gaps.get(row["of_collector"])
        )
        for row in snapshot.rows("collections", account_id=account_id)
    }
    lost = {name: Part(name, "missing", "", row) for name, row in gaps.items() if name not in found}
    return {**lost, **found}


def part(parts: Parts, name: str) -> Part:
    return parts.get(name) or Part(name, "", "", None)
