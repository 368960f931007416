"""What a security policy sets: whether a criterion is asked, how critical it is, after how many days it fails, and which
accounts of others are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cloud_entitlements.criteria.criterion import Criterion, Criticality


@dataclass(frozen=True, slots=True)
class Setting:
    criticality: Criticality
    period: int | None = None
    """Days; None where the criterion asks for no age."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """What is not set stands at the criterion's own default."""

    given: Mapping[str, Setting] = field(default_factory=dict)
    """By id of the criterion."""
    known_accounts: frozenset[str] = frozenset()
    """Accounts of others that roles may trust."""

    def of(self, criterion: Criterion) -> Setting:
        return self.given.get(criterion.id, default(criterion))

    def asked(self, criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
        return tuple(one for one in criteria if self.of(one).enabled)


def default(criterion: Criterion) -> Setting:
    return Setting(criterion.criticality, criterion.period)
