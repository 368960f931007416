"""Recommendations by criterion, the identities of one criterion, and acknowledging them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from cloud_entitlements.criteria import CRITICALITIES
from cloud_entitlements.criteria.fixes import general
from cloud_entitlements.server.access.csv_rows import csv_file
from cloud_entitlements.server.charts import donut
from cloud_entitlements.server.connections.refusals import Invalid, NotFound
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.keyset import NoSuchPage, page
from cloud_entitlements.server.recommendations import commands, shown
from cloud_entitlements.server.recommendations.columns import COLUMNS, chosen_columns
from cloud_entitlements.server.recommendations.listing import (
    STATES,
    State,
    Wanted,
    by_criterion,
    by_criticality,
    recommendations,
    tally,
)
from cloud_entitlements.server.recommendations.models import Recommendation

PATH, PAGE = "/recommendations/", 50
_TOLD = ("connection", "tag", "account", "type", "criticality")
"""Filters that the command line has too."""
_FILTERS = (*_TOLD, "found", "resolved")


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    commands.expire()
    wanted = Wanted.of({**request.GET.dict(), "state": "any"})
    counted = tally(recommendations(wanted))
    criteria = by_criterion(counted, wanted.connection)
    context = {
        **_around(wanted),
        "criteria": [(one, *_addresses(one.criterion.id, wanted)) for one in criteria],
        "kept": wanted.kept("q", "connection", "criticality", "type", "state", "sort"),
        "donuts": [_donut(name, counts, wanted) for name, counts in by_criticality(counted)],
        "unfiltered": PATH,
        "filters": list(_filters(wanted, PATH)),
    }
    return render(request, "recommendations/list.html", context)


def _of(criterion_id: str) -> str:
    return f"{PATH}{criterion_id}/"


def _addresses(criterion_id: str, wanted: Wanted) -> Iterator[str]:
    """Of the criterion as it is best opened, and of each of its counts."""
    best = State.FOLLOWED if wanted.resolved else ""
    for state in (best, "", State.ACKNOWLEDGED, State.FOLLOWED):
        yield wanted.address(_of(criterion_id), state=state)


def _donut(name: str, counts: Any, wanted: Wanted) -> dict[str, Any]:
    """Suggested, acknowledged and followed, of one criticality."""
    parts = [(state, counts.get(state, 0)) for state in STATES[:3]]
    identities = f"/identities/?criticality={name}" + (
        f"&connection={wanted.connection}" if wanted.connection else ""
    )
    return {"name": name, "slices": donut(parts), "counts": dict(parts), "identities": identities}


@require_GET
def one(request: HttpRequest, criterion_id: str) -> HttpResponse:
    commands.expire()
    return _one(request, criterion_id, request.GET.dict(), {})


def _one(
    request: HttpRequest, criterion_id: str, given: dict[str, str], more: dict[str, Any]
) -> HttpResponse:
    try:
        criterion = commands.criterion(criterion_id)
    except NotFound as lost:
        raise Http404(lost.text) from lost
    wanted = Wanted.of({**given, "criterion": ""})
    path = _of(criterion_id)
    every = recommendations(Wanted.of({**given, "criterion": criterion_id, "state": "any"}))
    rows = recommendations(Wanted.of({**given, "criterion": criterion_id}))
    cursor = given.get("cursor", "")
    try:
        found = page(rows, wanted.order, cursor, PAGE)
    except NoSuchPage:
        return redirect(wanted.address(path))
    place = {"cursor": cursor} if cursor else {}
    counts = {state: every.filter(state=state).count() for state in STATES}
    context = {
        **_around(wanted),
        "criterion": criterion,
        "setting": commands.changed(wanted.connection, criterion_id),
        "fix": general(criterion.fix),
        "standards": shown.standards(criterion.standards),
        "rows": [(row, wanted.address(path, open=str(row.pk), **place)) for row in found.rows],
        "states": [_state(state, counts[state], wanted, path) for state in STATES],
        "total": rows.count(),
        "next": wanted.address(path, cursor=found.next_cursor) if found.next_cursor else "",
        "beginning": wanted.address(path) if cursor else "",
        "opened": _opened(given.get("open", ""), criterion_id),
        "closed": wanted.address(path, **place),
        "here": wanted.address(path, **place),
        "filters": list(_filters(wanted, path)),
        "kept": wanted.kept("q", "connection", "type"),
        "sent": wanted.kept(),
        "unfiltered": path,
        "csv": wanted.address("/recommendations.csv", criterion=criterion_id),
        "command": _command(wanted, criterion_id),
    }
    return render(request, "recommendations/one.html", {**context, **more}, status=422 if more else 200)


def _state(state: str, count: int, wanted: Wanted, path: str) -> dict[str, Any]:
    words = dict(Recommendation.State.choices)[state]
    return {
        "name": words,
        "count": count,
        "address": wanted.address(path, state=state),
        "current": wanted.state == state,
    }


def _opened(given: str, criterion_id: str) -> shown.Opened | None:
    if not given.isdigit():
        return None
    row = (
        recommendations(Wanted(state="any", criterion=criterion_id)).filter(pk=min(int(given), 2**62)).first()
    )
    return shown.opened(row) if row else None


def _around(wanted: Wanted) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "covered": covered(wanted.connection, wanted.tag),
        "connections": Analysis.objects.order_by("name"),
        "types": Identity.Type.choices,
        "criticalities": CRITICALITIES,
        "csv": wanted.address("/recommendations.csv"),
        "columns": COLUMNS,
        "any": Analysis.objects.exists(),
        "command": _command(wanted),
    }


def _filters(wanted: Wanted, path: str) -> Iterator[tuple[str, str]]:
    names = dict(Analysis.objects.values_list("connection_id", "name"))
    for name in _FILTERS:
        given = getattr(wanted, name)
        if given:
            since = "since " if name in ("found", "resolved") else ""
            words = names.get(given, given) if name == "connection" else f"{name} {since}{given}"
            yield words, wanted.address(path, **{name: ""})


def _command(wanted: Wanted, criterion_id: str = "") -> str:
    """The command line that lists the same; of all criteria, what is suggested."""
    told = [f"--{name} {shlex.quote(getattr(wanted, name))}" for name in _TOLD if getattr(wanted, name)]
    search = [f"--search {shlex.quote(wanted.q)}"] if wanted.q else []
    state = [f"--state {shlex.quote(wanted.state)}"] if criterion_id and wanted.state != "suggested" else []
    one_of = [f"--criterion {criterion_id}"] if criterion_id else []
    return " ".join(["ciem recommendations", *one_of, *search, *told, *state])


@require_POST
def acknowledge(request: HttpRequest, criterion_id: str) -> HttpResponse:
    """Of the rows that were ticked, or of all that the filters leave."""
    chosen = _chosen(request.POST, criterion_id)
    by = request.user.get_username()
    try:
        if "undo" in request.POST:
            count, words = commands.unacknowledge(chosen), "suggested again"
        else:
            until = commands.day(request.POST.get("until", ""))
            count, words = (
                commands.acknowledge(chosen, request.POST.get("reason", ""), until, by),
                "acknowledged",
            )
    except Invalid as wrong:
        given = {name: str(value) for name, value in request.POST.items()}
        more = {"problems": wrong.fields, "given": given, "ticked": set(request.POST.getlist("row"))}
        return _one(request, criterion_id, given, more)
    messages.success(request, f"{count} {words}." if count else "Nothing was ticked.")
    back = request.POST.get("here", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else _of(criterion_id))


def _chosen(given: QueryDict, criterion_id: str) -> Any:
    wanted = Wanted.of({**{name: str(value) for name, value in given.items()}, "criterion": criterion_id})
    found = recommendations(wanted)
    if given.get("every"):
        return found
    return found.filter(pk__in=[int(one) for one in given.getlist("row") if one.isdigit()][:1000])


@require_GET
def listed_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered, with the columns that were chosen, in their order."""
    wanted = Wanted.of(request.GET.dict())
    columns = chosen_columns(request.GET.get("columns", ""))
    names = dict(Analysis.objects.values_list("connection_id", "name"))
    rows = recommendations(wanted).order_by("rank", "criterion", "id").iterator(chunk_size=2000)
    lines = ([column.text(row, names.get(row.connection_id, "")) for column in columns] for row in rows)
    return csv_file("recommendations.csv", [column.heading for column in columns], lines)
