"""Asking AWS Organizations slowly enough: it throttles early, and its lists page in an unusual way.

A page may be empty and still carry a token; a token that repeats would never end, and is an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cloud_entitlements.aws.collecting import RepeatedPage
from cloud_entitlements.aws.sessions import AwsSession

BURST = 60
"""A small organization is read at once …"""
PER_SECOND = 2.0
"""… and a large one at a pace that leaves the customer's own tools room; AWS still throttles, and is retried."""


@dataclass(slots=True)
class Paced:
    client: Any
    now: Callable[[], float]
    sleep: Callable[[float], None]
    tokens: float = BURST
    at: float | None = None

    def one(self, operation: str, **arguments: object) -> dict[str, Any]:
        self._wait()
        answer: dict[str, Any] = getattr(self.client, operation)(**arguments)
        return answer

    def all(self, operation: str, field: str, **arguments: object) -> Iterator[dict[str, Any]]:
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
        self.tokens = min(BURST, self.tokens + (now - (self.at or now)) * PER_SECOND)
        self.at = now
        if self.tokens < 1:
            self.sleep((1 - self.tokens) / PER_SECOND)
        self.tokens -= 1


def paced(
    session: AwsSession,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Paced:
    return Paced(session.client("organizations"), now, sleep)
