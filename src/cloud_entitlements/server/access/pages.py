"""*Ask access*: one form for two questions, and their answers with proof. The address holds the question."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from cloud_entitlements.access import AccessIndex, Question
from cloud_entitlements.server.access import commands, shown
from cloud_entitlements.server.access.form import Form, Read, command_line, read_form, untidy
from cloud_entitlements.server.access.opened import opening
from cloud_entitlements.server.access.question import About
from cloud_entitlements.server.access.snapshots import Chosen, choices, choose
from cloud_entitlements.server.access.suggestions import SUGGESTIONS, principals
from cloud_entitlements.server.access.who_pages import who
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady

PATIENCE_SECONDS = 0.9
"""An index that takes longer is waited for with its progress on the page."""
PAGE = "access/ask.html"


@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    read = read_form(request.GET)
    if untidy(request.GET):
        return redirect(read.form.address())
    context: dict[str, Any] = {"form": read.form, "problems": read.problems, "choices": choices()}
    try:
        chosen = choose(read.form.connection)
    except (NotReady, NotFound) as refused:
        return render(request, PAGE, {**context, "refused": refused}, status=status_of(refused))
    context |= {"chosen": chosen, "gaps": shown.gaps(chosen)}
    if read.asked is None:
        context |= _near(read.form, chosen) if "principal" in read.problems and read.form.principal else {}
        return render(request, PAGE, context, status=422 if read.problems else 200)
    context["line"] = command_line(read.asked, chosen)
    return _answer(request, read, read.asked, chosen, context)


def status_of(refused: NotReady | NotFound) -> int:
    """That nothing was collected yet is a whole page; what was asked for by name and is not there is missing."""
    return 404 if isinstance(refused, NotFound) else 200


def _answer(
    request: HttpRequest, read: Read, asked: Question | About, chosen: Chosen, context: dict[str, Any]
) -> HttpResponse:
    way = opening(chosen.snapshot)
    try:
        index = way.within(PATIENCE_SECONDS)
    except NotReady as refused:
        return render(request, PAGE, {**context, "refused": refused}, status=503)
    if index is None:
        return render(request, PAGE, {**context, "way": way}, status=202)
    try:
        found = (
            _can(index, asked, read.form, chosen)
            if isinstance(asked, Question)
            else who(request, index, asked, read.form, chosen)
        )
    except NotFound as lost:
        return render(request, PAGE, {**context, "lost": lost, **_near(read.form, chosen)}, status=404)
    except Invalid as wrong:
        return render(request, PAGE, {**context, "problems": wrong.fields}, status=422)
    return render(request, PAGE, {**context, **found})


def _can(index: AccessIndex, asked: Question, form: Form, chosen: Chosen) -> dict[str, Any]:
    return {"can": shown.can(index, chosen.snapshot, commands.can(index, asked), form)}


def _near(form: Form, chosen: Chosen) -> dict[str, Any]:
    """Principals of that name, each with the address of the same question about it."""
    near = principals(chosen.snapshot, form.principal.rpartition("/")[2])
    return {"near": [(one, form.of(one.value).address()) for one in near]}


@require_GET
def under_way(request: HttpRequest) -> HttpResponse:
    """How far an index is, for htmx; once it is there, the whole page is to be fetched again."""
    connection = request.GET.get("connection", "")
    try:
        way = opening(choose(connection).snapshot, again=False)
    except (NotReady, NotFound) as refused:
        raise Http404(str(refused)) from refused
    response = render(request, "access/building.html", {"way": way, "connection": connection})
    if way.index.done() and not way.failed:
        response["HX-Refresh"] = "true"
    return response


@require_GET
def suggested(request: HttpRequest, field: str) -> HttpResponse:
    """Options of a field while one types."""
    if field not in SUGGESTIONS:
        raise Http404
    try:
        snapshot = choose(request.GET.get("connection")).snapshot
    except (NotReady, NotFound) as refused:
        raise Http404(str(refused)) from refused
    options = SUGGESTIONS[field](snapshot, request.GET.get(field, ""))
    return render(request, "access/options.html", {"options": options, "field": field})
