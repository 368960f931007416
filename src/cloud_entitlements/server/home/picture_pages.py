"""What the picture of the organization is drawn from, and its files as the page offers them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from cloud_entitlements.server.access.csv_rows import csv_records
from cloud_entitlements.server.home.drawing import Drawing, drawing
from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.pages import small
from cloud_entitlements.server.home.picture_files import COLUMNS, picture_rows, picture_svg
from cloud_entitlements.server.home.scope import Scope


def _asked(request: HttpRequest) -> Drawing:
    """`on=home`: as Home shows it."""
    given = request.GET.dict()
    if given.get("on") == "home":
        return small(Scope.of(given))
    return drawing(Scope.of(given), Focus.of(given))


@require_GET
def nodes(request: HttpRequest) -> HttpResponse:
    answer = JsonResponse(_asked(request).record())
    return _saved(answer, "organization.json") if "download" in request.GET else answer


@require_GET
def csv(request: HttpRequest) -> HttpResponseBase:
    return csv_records("organization.csv", COLUMNS, picture_rows(_asked(request)))


@require_GET
def svg(request: HttpRequest) -> HttpResponse:
    return _saved(
        HttpResponse(picture_svg(_asked(request)), content_type="image/svg+xml"), "organization.svg"
    )


def _saved(answer: HttpResponse, name: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
