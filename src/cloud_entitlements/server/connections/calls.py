"""Counts the AWS calls of one item of work, so that calls per account can be published and capped."""

from __future__ import annotations

import threading
from collections import Counter as Tally
from dataclasses import dataclass, field

from cloud_entitlements.aws.sessions import TooManyCalls


@dataclass(slots=True)
class Counter:
    cap: int | None = None
    """Attempts, retries included, after which no further call goes out."""
    counted: Tally[str] = field(default_factory=Tally)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, service: str, operation: str) -> None:
        with self._lock:
            if self.cap is not None and self.counted.total() >= self.cap:
                raise TooManyCalls(f"{self.cap} calls were made in this run: no more go out")
            self.counted[f"{service}:{operation}"] += 1

    def as_result(self) -> dict[str, int]:
        return dict(self.counted)
