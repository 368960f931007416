"""Home, and the picture of the organization. Details open beside both, at addresses of their own."""

from __future__ import annotations

import shlex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server import request_id
from cloud_entitlements.server.connections import commands, shown
from cloud_entitlements.server.connections.identities import identities_of
from cloud_entitlements.server.connections.models import TROUBLE, Account, Connection
from cloud_entitlements.server.connections.refusals import NotFound, NotReady
from cloud_entitlements.server.home import paper
from cloud_entitlements.server.home.drawing import Drawing, drawing
from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.layout import NARROW
from cloud_entitlements.server.home.nodes import PATH
from cloud_entitlements.server.home.picture import SMALL
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.home.shown import charts
from cloud_entitlements.server.home.told import refuse_unknown, told
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.identities.one import One, find

TROUBLES = 20


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _drawer_alone(request, "/")
    return _varied(render(request, "home/home.html", context(request.GET.dict())))


@require_GET
def organization(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _drawer_alone(request, PATH)
    given = request.GET.dict()
    scope, focus = Scope.of(given), Focus.of(given)
    drawn = drawing(scope, focus)
    path = _path(scope, focus, drawn)
    found = {
        **around(scope),
        **_drawer(given, PATH),
        "focus": focus,
        "covered": covered(scope.connection, scope.tag),
        "drawing": drawn,
        "any": bool(scope.connections()),
        "whole": scope.address(PATH),
        "path": path,
        "heading": path[-1][0] if path else "Organization",
        "beginning": scope.address(PATH, **focus.query(skip=0)) if focus.skip else "",
        "letters": LETTERS,
        "files": {
            name: scope.address(f"{PATH}{file}", **focus.query(), **more)
            for name, file, more in (
                ("svg", "picture.svg", {}),
                ("json", "nodes.json", {"download": "1"}),
                ("csv", "picture.csv", {}),
            )
        },
        "command": command(scope, focus),
    }
    return _varied(render(request, "home/organization.html", found))


def command(scope: Scope, focus: Focus) -> str:
    """The command line that tells the same."""
    asked = {"connection": scope.connection, "tag": scope.tag, **focus.query()}
    told = [f"--{name} {shlex.quote(value)}" for name, value in asked.items() if value]
    return " ".join(["ciem picture organization", *told])


def _path(scope: Scope, focus: Focus, drawn: Drawing) -> list[tuple[str, str]]:
    """From the whole organization to what is looked at: names with their addresses."""
    found = [(focus.unit, scope.address(PATH, unit=focus.unit))] if focus.unit else []
    if focus.account:
        named = (one.name for one in drawn.picture.nodes if one.kind in ("account", "directory"))
        found.append((next(named, focus.account), scope.address(PATH, account=focus.account)))
    return [*found, (f"Impact {focus.impact}", "")] if focus.impact else found


@require_GET
def home_pdf(request: HttpRequest) -> HttpResponse:
    given = request.GET.dict()
    try:
        refuse_unknown(Scope.of(given))
        found = paper.pdf(context(given), request.user.get_username(), request.build_absolute_uri("/"))
    except (NotReady, NotFound) as lacking:
        why = f"{lacking.text[:1].upper()}{lacking.text[1:]}."
        told = {"status": 409, "what": "There is no PDF", "why": why, "fix": lacking.fix}
        return render(request, "error.html", {**told, "request_id": request_id.of(request)}, status=409)
    return paper.answer(found, timezone.now())


def context(given: dict[str, str]) -> dict[str, Any]:
    """Of Home; the same for page and paper."""
    scope = Scope.of(given)
    found = {**around(scope), **_drawer(given, "/"), **_connections(scope), "frame": "base.html"}
    if not scope.connections():
        return {**found, "covered": covered(scope.connection, scope.tag)}
    everything = told(scope)
    return {
        **found,
        **charts(everything),
        "told": everything,
        "known": not everything.nothing_read,
        "figures": everything.figures,
        "health": everything.health,
        "covered": everything.covered,
        "identities": everything.known,
        "drawing": small(scope),
        "worst": [
            (one, scope.address("/", open=one.arn, of=one.connection_id)) for one in everything.figures.worst
        ],
        "whole": scope.address(PATH),
        "vulnerable": scope.identities(vulnerable="yes", sort="recommendations"),
        "pdf": scope.address("/home.pdf"),
        "pdf_missing": paper.missing(),
    }


def small(scope: Scope) -> Drawing:
    return drawing(scope, Focus(), SMALL, NARROW, page="/")


def around(scope: Scope) -> dict[str, Any]:
    """The filters."""
    return {
        "scope": scope,
        "connections": Analysis.objects.order_by("name"),
        "tags": sorted({tag for tags in Connection.objects.values_list("tags", flat=True) for tag in tags}),
    }


def _connections(scope: Scope) -> dict[str, Any]:
    """Connections with their accounts in trouble; and what is to be done where nothing is connected."""
    every = [one for one in commands.connections() if one.enabled]
    within = [
        one
        for one in every
        if scope.connection in ("", str(one.id)) and (not scope.tag or scope.tag in one.tags)
    ]
    connected = [one for one in within if one.status == Connection.Status.CONNECTED]
    accounts = Account.objects.filter(connection__in=connected)
    trouble = accounts.filter(status__in=TROUBLE).select_related("connection")
    return {
        "connected": [shown.Shown(one) for one in connected],
        "drafts": [one for one in every if one.status != Connection.Status.CONNECTED],
        "off": commands.connections().filter(enabled=False).count(),
        "total": sum(one.coverage_total for one in connected),
        "reached": sum(one.coverage_connected for one in connected),
        "identities": identities_of([str(one.id) for one in connected]),
        "trouble": trouble[:TROUBLES],
        "trouble_count": trouble.count(),
        "gapped": accounts.filter(status=Account.Status.CONNECTED, gap_count__gt=0).count(),
    }


def _drawer(given: dict[str, str], path: str) -> dict[str, Any]:
    return {"one": _opened(given), "closed": closed(given, path)}


def closed(given: dict[str, str], path: str) -> str:
    """The same page without the drawer."""
    return Scope.of(given).address(path, **(Focus.of(given).query() if path == PATH else {}))


def _opened(given: dict[str, str]) -> One | None:
    arn = given.get("open", "")
    return find(arn, given.get("of", "") or given.get("connection", "")) if arn else None


def _drawer_alone(request: HttpRequest, path: str) -> HttpResponse:
    """For a script that changes the drawer and leaves the page as it is."""
    return _varied(render(request, "home/drawer.html", _drawer(request.GET.dict(), path)))


def _varied(answer: HttpResponse) -> HttpResponse:
    """The same address answers a script otherwise: no cache may take one for the other."""
    patch_vary_headers(answer, ["HX-Request"])
    return answer
