"""The page of one identity: a part an address, and acknowledging what is recommended to it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cloud_entitlements.server.access.opened import Opening
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady
from cloud_entitlements.server.identities.about import look_up
from cloud_entitlements.server.identities.addresses import identity_address
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.one import One, find, missing
from cloud_entitlements.server.identities.one_parts import FILLED, recommendations
from cloud_entitlements.server.identities.people import person
from cloud_entitlements.server.recommendations import commands
from cloud_entitlements.server.recommendations.analysing import NO_ACCOUNT
from cloud_entitlements.server.recommendations.commands import day
from cloud_entitlements.server.recommendations.models import Recommendation

PAGE = "identities/one.html"
PARTS = {
    "recommendations": "Recommendations",
    "general": "General",
    "permissions": "Permissions",
    "path": "Access path",
}


@require_GET
def one(request: HttpRequest) -> HttpResponse:
    commands.expire()
    found = _found(request.GET)
    if found is None:
        return _missing(request)
    if found.row.account_id == NO_ACCOUNT:
        return render(request, "identities/person.html", person(found))
    name = request.GET.get("part", "")
    return _page(request, found, name if name in PARTS else "recommendations")


def _found(given: Mapping[str, str]) -> One | None:
    return find(_plain(given.get("arn", "")), _plain(given.get("connection", "")))


def _plain(text: str) -> str:
    """PostgreSQL holds no NUL, and refuses to look for one."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _missing(request: HttpRequest) -> HttpResponse:
    arn = _plain(request.GET.get("arn", ""))
    context = {"arn": arn, "missing": missing(arn), "covered": covered()}
    return render(request, "identities/missing.html", context, status=404)


def _page(
    request: HttpRequest, found: One, part: str, more: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    here = identity_address(found.row.arn, found.row.connection_id)
    context: dict[str, Any] = {
        "one": found,
        "covered": covered(found.row.connection_id),
        "part": part,
        "parts": [
            (words, here if name == "recommendations" else f"{here}&part={name}", name == part)
            for name, words in PARTS.items()
        ],
        "line": _command(found, part),
        **(more or {}),
    }
    try:
        about = look_up(found)
    except (NotFound, NotReady) as refused:
        context["refused"] = refused
        status = 503 if isinstance(refused, NotReady) else status
    else:
        context |= {"way": about} if isinstance(about, Opening) else FILLED[part](request, about)
    if part == "recommendations":  # the documents alone wait for the snapshot
        context |= recommendations(found, context.get("about"))
        return render(request, PAGE, context, status=status if more else 200)
    return render(request, PAGE, context, status=202 if "way" in context else status)


def _command(found: One, part: str) -> str:
    arn = shlex.quote(found.row.arn)
    if part == "path":
        return f"ciem picture path {arn}"
    asked = part == "permissions" and found.row.type in ("user", "role")
    return f"ciem permissions {arn}" if asked else f"ciem identity {arn}"


@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """One recommendation of this identity; what was typed wrongly stands where it was typed."""
    found = _found(request.POST)
    if found is None:
        return _missing(request)
    row = request.POST.get("row", "")
    chosen = Recommendation.objects.filter(
        pk=int(row) if row.isdigit() and len(row) < 19 else 0,  # noqa: PLR2004  what a key may be
        arn=found.row.arn,
        connection_id=found.row.connection_id,
    )
    try:
        count, words = _acknowledged(request, chosen)
    except Invalid as wrong:
        more = {"problems": wrong.fields, "given": request.POST, "wrong": row}
        return _page(request, found, "recommendations", more, status=422)
    messages.success(request, words if count else "It changed meanwhile: look again.")
    return redirect(identity_address(found.row.arn, found.row.connection_id))


def _acknowledged(request: HttpRequest, chosen: QuerySet[Recommendation]) -> tuple[int, str]:
    if "undo" in request.POST:
        return commands.unacknowledge(chosen), "It is suggested again."
    until = day(request.POST.get("until", ""))
    by = request.user.get_username()
    return commands.acknowledge(chosen, request.POST.get("reason", ""), until, by), "Acknowledged."
