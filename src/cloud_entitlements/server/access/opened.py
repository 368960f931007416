"""Indexes that are open: one for each snapshot that was asked lately, made once, however many ask at the same time.

Making one may take seconds. A page looks at how far it is; a program waits for a while.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillOpening
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from cloud_entitlements.access import AccessIndex, CannotAnswer, open_index
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.connections.refusals import NotReady
from cloud_entitlements.server.folders import index_folder

KEPT = 3
"""A large organization's takes memory: few are kept, and the one asked longest ago goes first."""

WAITING, WAIT_SECONDS = 8, 60


@dataclass(slots=True)
class Opening:
    """An index on its way, or there. Written by the thread that makes it, read by all."""

    folder: Path
    index: Future[AccessIndex] = field(default_factory=Future)
    what: str = "reading the snapshot"
    done: int = 0
    total: int = 0

    def progress(self, what: str, done: int, total: int) -> None:
        self.what, self.done, self.total = what, done, total

    @property
    def failed(self) -> bool:
        return self.index.done() and self.index.exception() is not None

    @property
    def percent(self) -> int | None:
        """None: not known."""
        return min(100, 100 * self.done // self.total) if self.total > 0 else None

    def within(self, seconds: float) -> AccessIndex | None:
        """None: it takes longer. Raises what making it raised."""
        try:
            return self.index.result(timeout=seconds)
        except StillOpening:
            if self.index.done():  # it failed by a timeout of its own
                raise
            return None


log = logging.getLogger(__name__)
_lock = threading.Lock()
_waiting = threading.BoundedSemaphore(WAITING)
_open: OrderedDict[str, Opening] = OrderedDict()


def opening(snapshot: Snapshot, *, again: bool = True) -> Opening:
    """Begins to open the snapshot's index unless it is open or on its way; `again` if it failed before, too."""
    key = str(snapshot.folder)
    with _lock:
        for gone in [name for name, one in _open.items() if not one.folder.exists()]:
            del _open[gone]  # purged: nothing of it is kept
        found = _open.get(key)
        if found is None or (again and found.failed):
            found = _open[key] = Opening(snapshot.folder)
            threading.Thread(target=_make, args=(found, snapshot), name="open-index", daemon=True).start()
        _open.move_to_end(key)
        while len(_open) > KEPT:
            _open.popitem(last=False)
    return found


def opened(snapshot: Snapshot) -> AccessIndex | None:
    """Waits for it a while. None: it takes longer, or enough others wait already, for each holds a thread of the server."""
    way = opening(snapshot)
    if way.index.done():
        return way.index.result()
    if not _waiting.acquire(blocking=False):
        return None
    try:
        return way.within(WAIT_SECONDS)
    finally:
        _waiting.release()


def forget() -> None:
    """Closes all; the next question opens its own again."""
    with _lock:
        _open.clear()


def _make(one: Opening, snapshot: Snapshot) -> None:
    try:
        one.index.set_result(open_index(snapshot, cache_folder(), one.progress))
    except BaseException as error:  # those who wait are told, in their own threads
        log.exception("the index of snapshot %s could not be opened", snapshot.manifest.id)
        one.index.set_exception(_refusal(error))


def _refusal(error: BaseException) -> BaseException:
    """What an administrator can mend is said as such; anything else is a mistake of ours."""
    if isinstance(error, CannotAnswer):
        return NotReady(error.code, error.text, error.fix)
    if isinstance(error, OSError):
        fix = "make room in the data folder and let the server write there, then ask again"
        return NotReady("disk", f"the index of the snapshot can't be made: {error}", fix)
    return error


def cache_folder() -> Path:
    """May be deleted at any time."""
    folder = index_folder(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
