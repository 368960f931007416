"""The page of one identity: a part an address, and the access path as a file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.criteria.impact import Reason, impact_of
from cloud_entitlements.criteria.score import score_of
from cloud_entitlements.server.access.document import Line
from cloud_entitlements.server.access.opened import Opening
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady
from cloud_entitlements.server.identities import general, services
from cloud_entitlements.server.identities.about import About, look_up
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.drawing import drawing, printable
from cloud_entitlements.server.identities.one import One, Recommended, find, judged, missing
from cloud_entitlements.server.identities.picture import (
    Picture,
    Wanted,
    identity_address,
    path_address,
    picture,
)
from cloud_entitlements.server.identities.reached_by import reached_by
from cloud_entitlements.server.identities.rows import WINDOW
from cloud_entitlements.server.identities.told import told
from cloud_entitlements.server.recommendations import commands
from cloud_entitlements.server.recommendations.models import Recommendation
from cloud_entitlements.server.recommendations.pages import day_until
from cloud_entitlements.server.recommendations.shown import Opened, opened

PAGE = "identities/one.html"
PARTS = {
    "recommendations": "Recommendations",
    "general": "General",
    "permissions": "Permissions",
    "path": "Access path",
}
MOST_SERVICES = 50


@require_GET
def one(request: HttpRequest) -> HttpResponse:
    commands.expire()
    found = _found(request.GET)
    if found is None:
        return _missing(request)
    name = request.GET.get("part", "")
    return _page(request, found, name if name in PARTS else "recommendations")


def _found(given: Mapping[str, str]) -> One | None:
    return find(given.get("arn", ""), given.get("connection", ""))


def _missing(request: HttpRequest) -> HttpResponse:
    arn = request.GET.get("arn", "")
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
        context |= {"way": about} if isinstance(about, Opening) else _FILLED[part](request, about)
    if part == "recommendations":  # the documents alone wait for the snapshot
        context |= _recommendations(found, context.get("about"))
        return render(request, PAGE, context, status=status if more else 200)
    return render(request, PAGE, context, status=202 if "way" in context else status)


def _command(found: One, part: str) -> str:
    arn = shlex.quote(found.row.arn)
    asked = part in ("permissions", "path") and found.row.type in ("user", "role")
    return f"ciem permissions {arn}" if asked else f"ciem identity {arn}"


# Recommendations


@dataclass(frozen=True, slots=True)
class Proof:
    """A policy with the statements marked that a recommendation rests on."""

    words: str
    document: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Shown:
    opened: Opened
    proofs: Sequence[Proof] = field(default_factory=tuple)


def _recommendations(found: One, about: About | None) -> dict[str, Any]:
    return {
        "suggested": [_shown(one, about) for one in found.suggested],
        "acknowledged": [_shown(one, about) for one in found.acknowledged],
        "judged": judged(found),
    }


def _shown(found: Recommended, about: About | None) -> Shown:
    one = opened(found.recommendation)
    if one is None:  # it was looked up among the criteria that there are
        raise Http404
    return Shown(one, list(_proofs(found.recommendation, about)) if about else ())


def _proofs(row: Recommendation, about: About) -> Iterator[Proof]:
    words: dict[str, str] = {}
    numbers: dict[str, list[int]] = {}
    for one in row.evidence:
        if one.get("document") and one.get("statement") is not None:
            words.setdefault(one["document"], one.get("policy", ""))
            numbers.setdefault(one["document"], []).append(one["statement"])
    for sha256, name in words.items():
        yield Proof(name, general.marked(about, sha256, numbers[sha256]))


def _nothing_more(_request: HttpRequest, about: About) -> dict[str, Any]:
    return {"about": about}


# General


def _general(request: HttpRequest, about: About) -> dict[str, Any]:
    type_ = about.subject.type
    wanted = request.GET.get("policy", "")
    context: dict[str, Any] = {
        "about": about,
        "policies": general.policies(about),
        "boundary": general.boundary(about),
        "levels": general.levels(about),
        "control_unread": general.control_unread(about),
        "managing": about.subject.account_id == about.index.organization.management_account,
        "standalone": about.index.organization.standalone,
        "open_policy": wanted,
        "open_document": general.marked(about, wanted) if wanted else (),
        "here": identity_address(about.subject.arn, about.one.row.connection_id, part="general"),
    }
    if type_ in ("user", "root"):
        context |= {"keys": general.keys(about), "sign_in": general.sign_in(about)}
    if type_ == "user":
        context["groups"] = _linked(about, general.group_arns(about))
    if type_ == "group":
        context["members"] = _linked(about, general.member_arns(about))
    if type_ == "role":
        context["role"] = general.role_facts(about)
        context["reached"] = reached_by(about.snapshot, about.subject.path, about.subject.arn)
    return context


def _linked(about: About, named: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    connection = about.one.row.connection_id
    return [(name, identity_address(arn, connection) if arn else "") for name, arn in named]


# Permissions


def _permissions(request: HttpRequest, about: About) -> dict[str, Any]:
    held = services.held(about)
    found = services.services(about, held)
    used = request.GET.get("used", "")
    chosen = [one for one in found if used in ("", one.use.bucket)]
    every = request.GET.get("all", "") == "1"
    here = identity_address(about.subject.arn, about.one.row.connection_id, part="permissions")
    buckets = [
        (words, count, f"{here}&used={bucket}", bucket == used)
        for bucket, words, count in services.counted(found)
    ]
    return {
        "about": about,
        "held": held,
        "services": chosen if every else chosen[:MOST_SERVICES],
        "more": 0 if every else max(0, len(chosen) - MOST_SERVICES),
        "every": f"{here}&all=1" + (f"&used={used}" if used else ""),
        "total": sum(1 for one in found if one.actions),
        "buckets": buckets,
        "used": used,
        "unfiltered": here,
        "asked": services.asked(about),
        "impact": impact_of(about.subject),
        "reasons": [(one, _proof(about, one)) for one in services.dangerous(held)],
        "score": score_of(about.subject, about.now, WINDOW),
        "window": WINDOW.days,
        "all_permissions": services.permissions_address(about),
        "unread": about.subject.unread,
    }


def _proof(about: About, reason: Reason) -> str:
    service, _, name = reason.action.partition(":")
    return services.permissions_address(about, service=service, q=name)


# Access path


def _wanted(request: HttpRequest) -> Wanted:
    return Wanted(request.GET.get("policies") == "all", request.GET.get("services") == "all")


def _path(request: HttpRequest, about: About) -> dict[str, Any]:
    wanted = _wanted(request)
    drawn = picture(about, wanted)
    unfolded = {"policies": "all"} if wanted.policies else {}
    unfolded |= {"services": "all"} if wanted.services else {}
    here = path_address(about, **unfolded)
    at = request.GET.get("at", "")
    query = here.partition("?")[2]
    return {
        "about": about,
        "picture": drawn,
        "drawing": drawing(drawn),
        "listed": _listed(drawn),
        "at": at,
        "told": told(about, drawn, at) if at else None,
        "closed": here,
        "folded": path_address(about) if unfolded else "",
        "svg": f"/identity/path.svg?{query}",
        "json": f"/identity/path.json?{query}",
    }


def _listed(drawn: Picture) -> Sequence[tuple[str, Sequence[tuple[Any, Sequence[Any]]]]]:
    """The same in words: each kind, its nodes, and the edges that leave them."""
    kinds = (
        ("Who gets to be it", "caller"),
        ("Groups", "group"),
        ("Policies", "policy"),
        ("What limits it", "gate"),
        ("Services that it reaches", "service"),
        ("Services that are stopped", "stopped"),
    )
    found = [
        (words, [(node, drawn.leaving(node) if kind == "policy" else ()) for node in drawn.of(kind)])  # type: ignore[arg-type]
        for words, kind in kinds
    ]
    return [(words, nodes) for words, nodes in found if nodes]


_FILLED: Mapping[str, Callable[[HttpRequest, About], dict[str, Any]]] = {
    "recommendations": _nothing_more,
    "general": _general,
    "permissions": _permissions,
    "path": _path,
}


def _about(request: HttpRequest) -> About:
    """For a file. Raises Http404."""
    found = _found(request.GET)
    if found is None:
        raise Http404("there is no such identity in what is shown")
    try:
        about = look_up(found)
    except (NotFound, NotReady) as refused:
        raise Http404(str(refused)) from refused
    if isinstance(about, Opening):
        raise Http404("the snapshot is being opened: ask again in a minute")
    return about


@require_GET
def path_svg(request: HttpRequest) -> HttpResponse:
    about = _about(request)
    drawn = picture(about, _wanted(request))
    context = {"drawing": drawing(drawn), "title": printable(about.subject.arn), "file": True}
    response = render(request, "identities/path.svg", context, content_type="image/svg+xml")
    response["Content-Disposition"] = 'attachment; filename="access-path.svg"'
    return response


@require_GET
def path_json(request: HttpRequest) -> HttpResponse:
    about = _about(request)
    drawn = picture(about, _wanted(request))
    nodes = [
        {
            "id": node.id, "kind": node.kind, "label": node.label, "note": node.note, "title": node.title,
            "impact": node.letter or None, "dashed": node.dashed, "count": node.count,
        }
        for node in drawn.nodes
    ]  # fmt: skip
    edges = [
        {"source": edge.source, "target": edge.target, "title": edge.title, "dashed": edge.dashed}
        for edge in drawn.edges
    ]
    answer = {
        "identity": about.subject.arn,
        "snapshot": about.snapshot.manifest.id,
        "grouped": drawn.grouped,
        "not_read": list(drawn.unread),
        "nodes": nodes,
        "edges": edges,
    }
    response = JsonResponse(answer, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="access-path.json"'
    return response


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
        problems: Mapping[str, Problem] = wrong.fields
        more = {"problems": problems, "given": request.POST, "wrong": row}
        return _page(request, found, "recommendations", more, status=422)
    messages.success(request, words if count else "It changed meanwhile: look again.")
    return redirect(identity_address(found.row.arn, found.row.connection_id))


def _acknowledged(request: HttpRequest, chosen: Any) -> tuple[int, str]:
    if "undo" in request.POST:
        return commands.unacknowledge(chosen), "It is suggested again."
    until = day_until(request.POST.get("until", ""))
    by = request.user.get_username()
    return commands.acknowledge(chosen, request.POST.get("reason", ""), until, by), "Acknowledged."
