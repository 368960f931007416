"""Differences of snapshots that were asked for lately, reckoned once, however many ask at the same time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillComparing
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from cloud_entitlements.access.changes import Changes, changes
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.inventory.default import NoSuchSnapshot, published
from cloud_entitlements.inventory.pair import LATEST, PREVIOUS, pair
from cloud_entitlements.server.access.opened import opening
from cloud_entitlements.server.access.snapshots import choose, readable, switched_off
from cloud_entitlements.server.connections.refusals import NotFound, NotReady

KEPT = 3
"""Of a large organization one takes memory."""
WAITING, WAIT_SECONDS = 4, 60


@dataclass(frozen=True, slots=True)
class Compared:
    old: Snapshot
    new: Snapshot
    changes: Changes


@dataclass(slots=True)
class _Way:
    """A difference that is being reckoned, or there."""

    folders: tuple[Path, Path]
    changes: Future[Changes] = field(default_factory=Future)


log = logging.getLogger(__name__)
_lock = threading.Lock()
_waiting = threading.BoundedSemaphore(WAITING)
_ways: OrderedDict[tuple[str, str], _Way] = OrderedDict()


def snapshots() -> list[Snapshot]:
    """All that may be asked, the newest first."""
    hidden = switched_off()
    return [one for one in published(settings.SNAPSHOTS_DIR) if one.manifest.connection_id not in hidden]


def compare(old: str = PREVIOUS, new: str = LATEST, connection: str | None = None) -> Compared:
    """Ids of snapshots, or `latest` and `previous` of a connection, else of the default. Waits, within limits. Raises
    NotReady, NotFound.
    """
    chosen = choose(connection).snapshot
    latest = readable(chosen.manifest.connection_id)
    if latest is None:
        text = (
            f"the latest snapshot of `{chosen.manifest.name or chosen.manifest.connection_id}` can't be read"
        )
        raise NotReady("damaged_snapshot", text, "its page under Setup says why, and what mends it")
    try:
        older, newer = pair(snapshots(), latest, old, new)
    except NoSuchSnapshot as lost:
        raise NotFound(str(lost), "`/api/v1/snapshots` lists all, and `ciem snapshot list` does") from lost
    found = _within(older, newer)
    if found is None:
        text = "the two snapshots are being compared, which takes a while in a large organization"
        raise NotReady("comparing", text, "ask again in a minute")
    return Compared(older, newer, found)


def forget() -> None:
    """The next question compares anew."""
    with _lock:
        _ways.clear()


def _within(old: Snapshot, new: Snapshot) -> Changes | None:
    """None: it takes longer, or enough others wait already, for each holds a thread of the server."""
    way = _begun(old, new)
    if way.changes.done():
        return way.changes.result()
    if not _waiting.acquire(blocking=False):
        return None
    try:
        return way.changes.result(timeout=WAIT_SECONDS)
    except StillComparing:
        if way.changes.done():  # it failed by a timeout of its own
            raise
        return None
    finally:
        _waiting.release()


def _begun(old: Snapshot, new: Snapshot) -> _Way:
    key = (str(old.folder), str(new.folder))
    with _lock:
        for gone in [key for key, one in _ways.items() if not all(map(Path.exists, one.folders))]:
            del _ways[gone]  # purged: nothing of it is kept
        way = _ways.get(key)
        if way is None or (way.changes.done() and way.changes.exception()):
            way = _ways[key] = _Way((old.folder, new.folder))
            thread = threading.Thread(target=_compare, args=(way, old, new), name="compare", daemon=True)
            thread.start()
        _ways.move_to_end(key)
        while len(_ways) > KEPT:
            _ways.popitem(last=False)
    return way


def _compare(way: _Way, old: Snapshot, new: Snapshot) -> None:
    try:
        # both begin at once; this thread is nobody's, and may wait
        before, after = opening(old), opening(new)
        way.changes.set_result(changes(before.index.result(), after.index.result(), old, new))
    except NotReady as refusal:
        way.changes.set_exception(refusal)
    except BaseException as error:  # those who wait are told, in their own threads
        log.exception("snapshots %s and %s could not be compared", old.manifest.id, new.manifest.id)
        way.changes.set_exception(error)
