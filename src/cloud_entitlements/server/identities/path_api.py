"""`/api/v1/identities/…/access-path`: the access path as data, as CSV, and drawn."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from cloud_entitlements.server.access.csv_rows import CSV, csv_records
from cloud_entitlements.server.connections.api_records import PROBLEMS
from cloud_entitlements.server.identities import asked
from cloud_entitlements.server.identities.about import About
from cloud_entitlements.server.identities.api_lists import Given
from cloud_entitlements.server.identities.path_files import (
    COLUMNS,
    access_path,
    path_record,
    path_rows,
    path_svg,
)
from cloud_entitlements.server.identities.picture import Picture, Wanted

router = Router(tags=["identities"])
SVG = {
    "responses": {200: {"description": "OK", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}
}


class PathAsked(Given):
    connection: str = Field("", description="id or name of a connection or import")
    policies: Literal["", "all"] = Field("", description="all: no policies are grouped")
    services: Literal["", "all"] = Field("", description="all: no services are grouped")


class PathNode(Schema):
    id: str
    kind: Literal["caller", "identity", "group", "policy", "gate", "service", "stopped"]
    label: str
    note: str
    title: str
    impact: Literal["A", "B", "C", "D", "E"] | None
    dashed: bool = Field(description="a condition decides, or something was not read")
    count: int = Field(description="how many it stands for")


class PathEdge(Schema):
    source: str
    target: str
    title: str
    dashed: bool


class AccessPath(Schema):
    identity: str
    snapshot: str
    grouped: int = Field(description="what stands in groups, and in no node of its own")
    not_read: list[str] = Field(description="policies that may give more")
    nodes: list[PathNode]
    edges: list[PathEdge]


def _asked(request: HttpRequest, arn: str, given: PathAsked) -> tuple[About, Picture]:
    given.refuse_others(request)
    wanted = asked.asked({"connection": given.connection})
    unfolded = Wanted(given.policies == "all", given.services == "all")
    return access_path(asked.one(arn, wanted.connection), unfolded)


@router.get(
    "/identities/{path:arn}/access-path",
    response={200: AccessPath, **PROBLEMS},
    summary="Who gets to be an identity, what it holds, what limits it, and which services are left",
    operation_id="identities_access_path",
)
def show(request: HttpRequest, arn: str, given: Query[PathAsked]) -> dict[str, Any]:
    return path_record(*_asked(request, arn, given))


@router.get(
    "/identities/{path:arn}/access-path.csv",
    response={200: None, **PROBLEMS},
    summary="The same as CSV: nodes, then edges",
    operation_id="identities_access_path_csv",
    openapi_extra=CSV,
)
def as_csv(request: HttpRequest, arn: str, given: Query[PathAsked]) -> HttpResponseBase:
    return csv_records("access-path.csv", COLUMNS, path_rows(path_record(*_asked(request, arn, given))))


@router.get(
    "/identities/{path:arn}/access-path.svg",
    response={200: None, **PROBLEMS},
    summary="The same as a drawing",
    operation_id="identities_access_path_svg",
    openapi_extra=SVG,
)
def as_svg(request: HttpRequest, arn: str, given: Query[PathAsked]) -> HttpResponse:
    return HttpResponse(path_svg(*_asked(request, arn, given)), content_type="image/svg+xml")
