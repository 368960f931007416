"""History: two snapshots of a connection, who came and went, and who gained and lost what."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cloud_entitlements.access.change_records import identity_change_record, reasons
from cloud_entitlements.access.changes import STATUSES, IdentityChange
from cloud_entitlements.inventory import Snapshot
from cloud_entitlements.server.access import compared
from cloud_entitlements.server.access.compared import Compared
from cloud_entitlements.server.access.csv_rows import csv_file
from cloud_entitlements.server.access.listed import cursor, start_of
from cloud_entitlements.server.access.pages import status_of
from cloud_entitlements.server.access.snapshots import choices
from cloud_entitlements.server.connections.refusals import NotFound, NotReady

PATH, PAGE, ROWS = "/history/", "access/history.html", 50
_HEADING = ("STATUS", "ARN", "TYPE", "ACCOUNT", "GAINED", "LOST", "NOW ON EVERY RESOURCE", "WHY")


@dataclass(frozen=True, slots=True)
class Wanted:
    connection: str = ""
    old: str = ""
    new: str = ""
    status: str = ""
    service: str = ""
    q: str = ""
    after: str = field(default="", compare=False)

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        return cls(**{one.name: given.get(one.name, "").strip()[:300] for one in fields(cls)})

    def address(self, path: str = PATH, **changes: str) -> str:
        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "after"} | changes
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{path}?{query}" if query else path

    def shows(self, one: IdentityChange) -> bool:
        text = f"{one.arn} {one.type}".lower()
        return self.status in ("", one.status) and all(word in text for word in self.q.lower().split())


@dataclass(frozen=True, slots=True)
class Row:
    change: IdentityChange
    gained: Sequence[tuple[str, Sequence[str]]]
    """By service."""
    lost: Sequence[tuple[str, Sequence[str]]]
    wider: Sequence[tuple[str, Sequence[str]]]
    why: Sequence[str]


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    wanted = Wanted.of(request.GET.dict())
    context: dict[str, Any] = {"wanted": wanted, "choices": choices()}
    listed = _of_connection(wanted, context["choices"])
    context |= {"snapshots": listed, "statuses": STATUSES, "csv": wanted.address("/history.csv")}
    if len(listed) < 2 and not (wanted.old and wanted.new):  # noqa: PLR2004  two to compare
        return render(request, PAGE, {**context, "alone": True})
    try:
        found = _compared(wanted)
    except (NotReady, NotFound) as refused:
        return render(request, PAGE, {**context, "refused": refused}, status=status_of(refused))
    return render(request, PAGE, {**context, "found": found, **_shown(found, wanted)})


def _of_connection(wanted: Wanted, shown: Sequence[Any]) -> list[Snapshot]:
    """The newest first; of the first connection when none is named."""
    if not shown:
        return []
    ids = [one.connection_id for one in shown]
    connection = wanted.connection if wanted.connection in ids else ids[0]
    return [one for one in compared.snapshots() if one.manifest.connection_id == connection]


def _compared(wanted: Wanted) -> Compared:
    return compared.compare(wanted.old or "previous", wanted.new or "latest", wanted.connection or None)


def _shown(found: Compared, wanted: Wanted) -> dict[str, Any]:
    changes = found.changes.about(wanted.service) if wanted.service else found.changes
    chosen = [one for one in changes.identities if wanted.shows(one)]
    key = f"{found.old.manifest.id} {found.new.manifest.id} {wanted.address()}"
    start = (start_of(wanted.after, key) or 0) if wanted.after else 0
    end = start + ROWS
    old, new = found.old.manifest.id, found.new.manifest.id
    return {
        "rows": [_row(one) for one in chosen[start:end]],
        "total": len(chosen),
        "all": len(found.changes.identities),
        "counts": [
            (
                status,
                count,
                wanted.address(status="" if wanted.status == status else status),
                wanted.status == status,
            )
            for status, count in found.changes.counts.items()
        ],
        "next": wanted.address(after=cursor(key, end)) if end < len(chosen) else "",
        "beginning": wanted.address() if start else "",
        "unfiltered": wanted.address(status="", service="", q=""),
        "command": " ".join(
            [
                "ciem",
                "snapshot",
                "diff",
                old,
                new,
                *(["--service", shlex.quote(wanted.service)] if wanted.service else []),
            ]
        ),
    }


def _row(one: IdentityChange) -> Row:
    record = identity_change_record(one)
    actions = record["actions"]
    gained, lost, wider = (
        list(actions.get(name, {}).items()) for name in ("gained", "lost", "now_on_every_resource")
    )
    return Row(one, gained, lost, wider, reasons(record))


@require_GET
def history_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered."""
    wanted = Wanted.of(request.GET.dict())
    try:
        found = _compared(wanted)
    except (NotReady, NotFound) as refused:
        raise Http404(str(refused)) from refused
    changes = found.changes.about(wanted.service) if wanted.service else found.changes
    return csv_file("history.csv", _HEADING, _lines([one for one in changes.identities if wanted.shows(one)]))


def _lines(chosen: Sequence[IdentityChange]) -> Iterator[Sequence[str]]:
    for one in chosen:
        row = _row(one)
        yield (
            one.status,
            one.arn,
            one.type,
            one.account_id,
            *(
                " ".join(name for _, names in part for name in names)
                for part in (row.gained, row.lost, row.wider)
            ),
            "; ".join(row.why),
        )
