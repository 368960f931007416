"""May a call go out for this connection? Asked before every HTTP attempt, answered from the database.

The answer is kept for half a second, so a connection that is switched off or removed, from any process,
stops within that and the request in flight.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

from cloud_entitlements.aws.sessions import Gate, SwitchedOff
from cloud_entitlements.server.connections.models import Connection

KEPT_SECONDS = 0.5


def gate_of(connection_id: uuid.UUID, clock: Callable[[], float] = time.monotonic) -> Gate:
    lock = threading.Lock()
    asked_at = float("-inf")
    enabled = False

    def gate() -> None:
        nonlocal asked_at, enabled
        with lock:
            if clock() - asked_at > KEPT_SECONDS:
                enabled = Connection.objects.filter(id=connection_id, enabled=True).exists()
                asked_at = clock()
        if not enabled:
            raise SwitchedOff

    return gate
