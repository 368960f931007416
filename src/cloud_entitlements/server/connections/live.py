"""What moves while a run goes on: small fragments, and a stream that says when to fetch them again.

A stream holds a thread of the server, so there are few of them, each short; a page without one polls. No
database connection is held between two looks.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
import uuid
from collections.abc import Generator, Iterator
from typing import Any

from django.db import connection as database
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cloud_entitlements.server.connections import records, shown
from cloud_entitlements.server.connections.farewell import farewell_record
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.pages import find
from cloud_entitlements.work import ledger

STREAMS = 12
STREAM_SECONDS = 30
LOOK_SECONDS = 1
PARTS = {
    "checks": "connections/live_checks.html",
    "progress": "connections/live_progress.html",
    "farewell": "connections/live_farewell.html",
}

_streams = threading.BoundedSemaphore(STREAMS)


@require_GET
def fragment(request: HttpRequest, connection_id: uuid.UUID, part: str) -> HttpResponse:
    if part not in PARTS:
        raise Http404
    return render(request, PARTS[part], context(find(connection_id)))


def context(found: Connection) -> dict[str, Any]:
    run = ledger.active_run(str(found.id))
    return {
        "connection": found,
        "shown": shown.Shown(found),
        "checks": [records.check_record(check) for check in found.checks.all()],
        "progress": ledger.progress(run, "account") if run else None,
        "farewell": farewell_record(found),
        "under_way": shown.under_way(found, run) if run else [],
    }


@require_GET
def events(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponseBase:
    """204 tells the browser to stop asking for a stream: the page polls then."""
    find(connection_id)
    if not _streams.acquire(blocking=False):
        return HttpResponse(status=204)
    response = StreamingHttpResponse(Changes(connection_id), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


class Changes:
    """The stream of one browser. Its place is given back when it is closed, also when it was never read."""

    def __init__(self, connection_id: uuid.UUID) -> None:
        self._lines = _lines(connection_id)
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def close(self) -> None:
        self._lines.close()
        if self._open:
            self._open = False
            _streams.release()


def _lines(connection_id: uuid.UUID) -> Generator[bytes, None, None]:
    until, last = time.monotonic() + STREAM_SECONDS, ""
    yield b"retry: 1000\n\n"
    while time.monotonic() < until:
        stamp = _stamp(connection_id)
        if stamp != last:
            last = stamp
            yield f"event: change\ndata: {stamp}\n\n".encode()
        time.sleep(LOOK_SECONDS)


def _stamp(connection_id: uuid.UUID) -> str:
    """Changes whenever a fragment would look different."""
    try:
        found = Connection.objects.prefetch_related("checks", "targets").filter(id=connection_id).first()
        if found is None:
            return "gone"
        run = ledger.active_run(str(connection_id))
        progress = ledger.progress(run, "account") if run else None
        texts = [one.text for one in shown.under_way(found, run)] if run else []
        words = shown.Shown(found).state_words
        seen = [records.connection_record(found), str(progress), words, texts, farewell_record(found)]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]
    finally:
        database.close()
