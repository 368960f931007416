"""Cloud health, 0 % (unsafe) to 100 % (secure). docs/explanation/impact-and-scores.md has the formula and an example."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_entitlements.criteria.criterion import Criticality, Verdict

WEIGHTS: dict[Criticality, int] = {"high": 10, "medium": 4, "low": 1}


@dataclass(slots=True)
class Health:
    """Counts what is judged; what is not applicable, not read, exempt or acknowledged is left out by who counts."""

    failed: int = 0
    judged: int = 0
    unknown: int = 0
    """Weights of what could not be judged: the health may be as much less or more."""

    def add(self, verdict: Verdict, criticality: Criticality) -> None:
        weight = WEIGHTS[criticality]
        if verdict == "unknown":
            self.unknown += weight
        elif verdict != "not_applicable":
            self.judged += weight
            self.failed += weight if verdict == "fails" else 0

    @property
    def percent(self) -> float | None:
        """None: nothing could be judged."""
        return round(100 * (1 - self.failed / self.judged), 1) if self.judged else None

    @property
    def least(self) -> float | None:
        """If all that is unknown fails."""
        whole = self.judged + self.unknown
        return round(100 * (1 - (self.failed + self.unknown) / whole), 1) if whole else None
