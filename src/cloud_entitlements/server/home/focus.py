"""What of the organization is looked at more closely, as the address says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server.home.grouping import BETWEEN
from cloud_entitlements.server.home.members import Group, Member

_MOST = 10**7


@dataclass(frozen=True, slots=True)
class Focus:
    """Empty: all of it."""

    unit: str = ""
    account: str = ""
    impact: str = ""
    """Of an account's identities."""
    skip: int = 0
    """So many of the gravest are passed over: of the accounts, or in an account of its identities of one impact."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Focus:
        """What can't be is passed over: an old link still opens."""
        account, impact = given.get("account", "").strip()[:20], given.get("impact", "").upper()
        skip = given.get("skip", "")
        return cls(
            given.get("unit", "").strip()[:2000],
            account,
            impact if account and impact in LETTERS else "",
            min(int(skip[:9]), _MOST) if skip.isascii() and skip.isdigit() else 0,
        )

    def query(self, **changes: str | int) -> dict[str, str]:
        told = {
            "unit": self.unit,
            "account": self.account,
            "impact": self.impact,
            "skip": self.skip,
            **changes,
        }
        return {name: str(value) for name, value in told.items() if value}

    def of_these(self, every: Sequence[Member]) -> list[Member]:
        """Those of the accounts that are looked at, with what is looked at of them."""
        found = [one for one in every if self._within(one) and self.account in ("", one.key)]
        if self.impact:
            return [
                replace(one, groups=those)
                for one in found
                if (those := self._of_impact(one)) or not one.groups
            ]
        return found if self.account else found[self.skip :]

    def _of_impact(self, one: Member) -> tuple[Group, ...]:
        return tuple(group for group in one.groups if group.letter == self.impact)

    def _within(self, one: Member) -> bool:
        return not self.unit or one.unit == self.unit or one.unit.startswith(f"{self.unit}{BETWEEN}")
