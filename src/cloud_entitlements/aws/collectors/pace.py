"""Asking slowly enough the services that throttle early, and whose lists page by token.

A page may be empty and still carry a token; a token that repeats would never end, and is an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.aws.collecting import RepeatedPage


@dataclass(frozen=True, slots=True)
class Pace:
    burst: int
    """A small organization is read at once …"""
    per_second: float
    """… and a large one so slowly that the customer's own tools have room; AWS still throttles, and is retried."""


ORGANIZATIONS = Pace(burst=60, per_second=2)
IDENTITY_CENTER = Pace(burst=100, per_second=10)
"""Half of the 20 requests a second that AWS lets all callers of an organization make together."""


@dataclass(slots=True)
class Paced:
    client: Any
    pace: Pace
    now: Callable[[], float]
    sleep: Callable[[float], None]
    tokens: float
    at: float | None = None

    def one(self, operation: str, **arguments: object) -> dict[str, Any]:
        self._wait()
        answer: dict[str, Any] = getattr(self.client, operation)(**arguments)
        return answer

    def all(self, operation: str, field: str, **arguments: object) -> Iterator[Any]:
        """What is listed: mostly dicts, of some operations text."""
        seen: set[str] = set()
        token: str | None = None
        while True:
            page = self.one(operation, **arguments, **({"NextToken": token} if token else {}))
            yield from page.get(field, [])
            token = page.get("NextToken")
            if not token:
                return
            if token in seen:
                raise RepeatedPage(f"`{operation}` gave the page token `{token[:40]}` twice")
            seen.add(token)

    def _wait(self) -> None:
        """A token bucket: a small organization is read at once, a large one at a steady pace."""
        now = self.now()
        self.tokens = min(self.pace.burst, self.tokens + (now - (self.at or now)) * self.pace.per_second)
        self.at = now
        if self.tokens < 1:
            self.sleep((1 - self.tokens) / self.pace.per_second)
        self.tokens -= 1


def paced(
    client: Any, pace: Pace, sleep: Callable[[float], None], now: Callable[[], float] = time.monotonic
) -> Paced:
    """`sleep` is the session's own, which ends when no further call may be made."""
    return Paced(client, pace, now, sleep, pace.burst)
