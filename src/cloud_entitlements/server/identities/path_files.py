"""The access path of an identity as a file: a picture, or data."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cloud_entitlements.server.access.opened import Opening
from cloud_entitlements.server.connections.refusals import NotFound, NotReady
from cloud_entitlements.server.identities.about import About, look_up
from cloud_entitlements.server.identities.drawing import drawing, printable
from cloud_entitlements.server.identities.one import find
from cloud_entitlements.server.identities.one_parts import wanted
from cloud_entitlements.server.identities.picture import picture


def _about(request: HttpRequest) -> About:
    """For a file. Raises Http404."""
    found = find(request.GET.get("arn", ""), request.GET.get("connection", ""))
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
    drawn = picture(about, wanted(request))
    context = {"drawing": drawing(drawn), "title": printable(about.subject.arn), "file": True}
    response = render(request, "identities/path.svg", context, content_type="image/svg+xml")
    response["Content-Disposition"] = 'attachment; filename="access-path.svg"'
    return response


@require_GET
def path_json(request: HttpRequest) -> HttpResponse:
    about = _about(request)
    drawn = picture(about, wanted(request))
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
