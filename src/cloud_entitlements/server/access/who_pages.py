"""Who may do it: counts, groups, identities page by page, and the same as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from cloud_entitlements.access import CERTAINTIES, AccessIndex
from cloud_entitlements.server.access import commands, shown
from cloud_entitlements.server.access.csv_rows import csv_file
from cloud_entitlements.server.access.form import Form, read_form
from cloud_entitlements.server.access.listed import Row, cursor, filtered, start_of
from cloud_entitlements.server.access.question import About
from cloud_entitlements.server.access.snapshots import Chosen
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady

ROWS = 100
_HEADING = ("ARN", "TYPE", "ACCOUNT", "NAME", "CERTAINTY", "ALLOWED IF", "NOT READ")


def who(request: HttpRequest, index: AccessIndex, asked: About, form: Form, chosen: Chosen) -> dict[str, Any]:
    """What the page shows. Raises Invalid."""
    certainty, group = _filters(request)
    some = filtered(commands.who_can(index, asked), certainty, group)
    snapshot_id = chosen.snapshot.manifest.id
    start = start_of(request.GET.get("after", ""), snapshot_id) or 0
    end = start + ROWS
    here = {"certainty": certainty, "group": group}
    return {
        "who": shown.who(some, form, certainty, group),
        "rows": [shown.row(one, form) for one in some.page(start, ROWS)],
        "first": start + 1,
        "last": min(end, len(some.ids)),
        "next": form.address(**here, after=cursor(snapshot_id, end)) if end < len(some.ids) else "",
        "beginning": form.address(**here) if start else "",
        "csv": form.address("/access/who-can.csv", **here),
    }


def _filters(request: HttpRequest) -> tuple[str, str]:
    certainty = request.GET.get("certainty", "")
    return certainty if certainty in CERTAINTIES else "", request.GET.get("group", "")


@require_GET
def who_can_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered."""
    read = read_form(request.GET)
    if not isinstance(read.asked, About):
        raise Http404
    try:
        index = commands.ask(read.form.connection).index
        some = filtered(commands.who_can(index, read.asked), *_filters(request))
    except (NotReady, NotFound, Invalid) as refused:
        raise Http404(str(refused)) from refused
    return csv_file("who-can.csv", _HEADING, (_line(one) for one in some.every()))


def _line(row: Row) -> tuple[str, ...]:
    one, decision = row.someone, row.group.decision
    lacking = ", ".join(decision.incomplete)
    return (
        one.arn,
        one.type,
        one.account_id,
        one.name,
        row.group.certainty,
        decision.residual,
        lacking,
    )
