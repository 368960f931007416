"""Whatever changes the imports does so one at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(snapshots: Path, waits: Callable[[str], None]) -> Iterator[None]:
    """The second waits, which `waits` is told."""
    with (snapshots / ".import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits("waiting for another import to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
