"""The files of the access path, as its page offers them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from cloud_entitlements.server.access.csv_rows import csv_records
from cloud_entitlements.server.connections.refusals import NotFound, NotReady
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.one import find
from cloud_entitlements.server.identities.one_parts import wanted
from cloud_entitlements.server.identities.path_files import (
    COLUMNS,
    access_path,
    path_record,
    path_rows,
    path_svg,
)
from cloud_entitlements.server.identities.picture import Picture


def _asked(request: HttpRequest) -> tuple[About, Picture]:
    """Raises Http404."""
    found = find(request.GET.get("arn", ""), request.GET.get("connection", ""))
    if found is None:
        raise Http404("there is no such identity in what is shown")
    try:
        return access_path(found, wanted(request))
    except (NotFound, NotReady) as refused:
        raise Http404(str(refused)) from refused


@require_GET
def svg(request: HttpRequest) -> HttpResponse:
    return _saved(HttpResponse(path_svg(*_asked(request)), content_type="image/svg+xml"), "access-path.svg")


@require_GET
def json(request: HttpRequest) -> HttpResponse:
    record = path_record(*_asked(request))
    return _saved(JsonResponse(record, json_dumps_params={"indent": 2}), "access-path.json")


@require_GET
def csv(request: HttpRequest) -> HttpResponseBase:
    return csv_records("access-path.csv", COLUMNS, path_rows(path_record(*_asked(request))))


def _saved(answer: HttpResponse, name: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
