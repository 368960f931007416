"""What a principal may do: service by service, searched and filtered, and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cloud_entitlements.access import Permission, Permissions
from cloud_entitlements.server.access import commands, shown
from cloud_entitlements.server.access.csv_rows import csv_file
from cloud_entitlements.server.access.form import Form
from cloud_entitlements.server.access.opened import opening
from cloud_entitlements.server.access.pages import PATIENCE_SECONDS, status_of
from cloud_entitlements.server.access.snapshots import Chosen, choices, choose
from cloud_entitlements.server.access.suggestions import principals
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady

PAGE = "access/permissions.html"
AT_ONCE = 12
MOST = 1000
"""More than these are shown as services with their counts, each of which opens."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Actions of one service that the same policies give on the same resource, on the same terms."""

    example: Permission
    actions: tuple[tuple[Permission, str], ...]
    """Each with the address of its proof."""

    @property
    def first(self) -> tuple[tuple[Permission, str], ...]:
        return self.actions[:AT_ONCE]

    @property
    def rest(self) -> tuple[tuple[Permission, str], ...]:
        return self.actions[AT_ONCE:]

    @property
    def not_read(self) -> list[str]:
        return shown.not_read(self.example.incomplete)


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    allowed: int
    conditional: int
    groups: tuple[Alike, ...]
    """Empty where there are too many to show at once."""
    cut: int
    """Permissions beyond the most that are shown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    principal: str
    service: str
    words: str
    certainty: str
    connection: str

    def address(self, path: str = "/access/permissions/", **changes: str) -> str:
        given = {
            "principal": self.principal,
            "service": self.service,
            "q": self.words,
            "certainty": self.certainty,
            "connection": self.connection,
        }
        return f"{path}?{urlencode({name: value for name, value in {**given, **changes}.items() if value})}"

    def shows(self, one: Permission) -> bool:
        text = f"{one.action} {one.resource}".lower()
        return self.certainty in ("", one.outcome) and all(
            word in text for word in self.words.lower().split()
        )


def _wanted(request: HttpRequest) -> Wanted:
    names = ("principal", "service", "q", "certainty", "connection")
    return Wanted(*(request.GET.get(name, "").strip() for name in names))


@require_GET
def permissions(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request)
    context: dict[str, Any] = {"wanted": wanted, "choices": choices()}
    try:
        chosen = choose(wanted.connection)
    except (NotReady, NotFound) as refused:
        return render(request, PAGE, {**context, "refused": refused}, status=status_of(refused))
    context |= {"chosen": chosen, "gaps": shown.gaps(chosen)}
    if not wanted.principal:
        return render(request, PAGE, context)
    return _answer(request, wanted, chosen, context)


def _answer(request: HttpRequest, wanted: Wanted, chosen: Chosen, context: dict[str, Any]) -> HttpResponse:
    way = opening(chosen.snapshot)
    try:
        index = way.within(PATIENCE_SECONDS)
    except NotReady as refused:
        return render(request, PAGE, {**context, "refused": refused}, status=503)
    if index is None:
        return render(request, PAGE, {**context, "way": way}, status=202)
    try:
        found = commands.permissions(index, wanted.principal, wanted.service)
    except NotFound as lost:
        near = principals(chosen.snapshot, wanted.principal.rpartition("/")[2])
        return render(request, PAGE, {**context, "lost": lost, "near": near}, status=404)
    except Invalid as wrong:
        return render(request, PAGE, {**context, "problems": wrong.fields}, status=422)
    context |= {"found": found, **_listed(found, wanted), **_links(wanted)}
    return render(request, PAGE, context)


def _links(wanted: Wanted) -> dict[str, Any]:
    return {
        "csv": wanted.address("/access/permissions.csv"),
        "every_service": wanted.address(service=""),
        "unfiltered": wanted.address(q="", certainty=""),
        "certainties": [
            {"name": name, "address": wanted.address(certainty=value), "current": wanted.certainty == value}
            for name, value in (("all", ""), ("allowed", "allowed"), ("conditional", "conditional"))
        ],
    }


def _listed(found: Permissions, wanted: Wanted) -> dict[str, Any]:
    chosen = [one for one in found.entries if wanted.shows(one)]
    by_service: dict[str, list[Permission]] = {}
    for one in chosen:
        by_service.setdefault(one.action.partition(":")[0].lower(), []).append(one)
    whole = len(chosen) <= MOST or len(by_service) == 1
    services = [_service(name, those, wanted, whole=whole) for name, those in sorted(by_service.items())]
    return {
        "services": services,
        "service_links": [(one, wanted.address(service=one.name)) for one in services],
        "incomplete": shown.not_read(found.incomplete),
        "shown_count": len(chosen),
        "total": len(found.entries),
        "whole": whole,
    }


def _service(name: str, those: list[Permission], wanted: Wanted, *, whole: bool) -> Service:
    counts = Counter(one.outcome for one in those)
    groups = tuple(_alike(those[:MOST], wanted)) if whole else ()
    return Service(name, counts["allowed"], counts["conditional"], groups, max(0, len(those) - MOST))


def _alike(those: Iterable[Permission], wanted: Wanted) -> Iterator[Alike]:
    groups: dict[tuple[object, ...], list[Permission]] = {}
    for one in those:
        terms = (one.resource, one.outcome, one.residual, one.incomplete, one.sources)
        groups.setdefault(terms, []).append(one)
    for group in groups.values():
        yield Alike(group[0], tuple((one, _proof(one, wanted)) for one in group))


def _proof(one: Permission, wanted: Wanted) -> str:
    return Form("can", wanted.principal, one.action, one.resource, connection=wanted.connection).address()


@require_GET
def permissions_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered."""
    wanted = _wanted(request)
    try:
        index = commands.ask(wanted.connection).index
        found = commands.permissions(index, wanted.principal, wanted.service)
    except (NotReady, NotFound, Invalid) as refused:
        raise Http404(str(refused)) from refused
    heading = ("ACTION", "RESOURCE", "OUTCOME", "ALLOWED IF", "NOT READ", "GIVEN BY")
    lines = (
        (
            one.action,
            one.resource,
            one.outcome,
            one.residual,
            ", ".join(one.incomplete),
            ", ".join(one.sources),
        )
        for one in found.entries
        if wanted.shows(one)
    )
    return csv_file("permissions.csv", heading, lines)
