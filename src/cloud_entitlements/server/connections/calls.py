"""Counts the AWS calls of one item of work, so that calls per account can be published and capped."""

from __future__ import annotations

import threading
from collections import Counter as Tally
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counter:
    counted: Tally[str] = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, service: str, operation: str) -> None:
        with self._lock:
            self.counted[f"{service}:{operation}"] += 1

    def as_result(self) -> dict[str, int]:
        return dict(self.counted)
