"""`/api/v1/organization`: the picture of the organization as data, as CSV, and drawn."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import Field

from cloud_entitlements.server.access.csv_rows import CSV, csv_records
from cloud_entitlements.server.connections.api_records import PROBLEMS
from cloud_entitlements.server.home.drawing import Drawing, drawing
from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.picture_files import COLUMNS, picture_rows, picture_svg
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.home.told import refuse_unknown
from cloud_entitlements.server.identities.api_lists import Given

router = Router(tags=["home"])
SVG = {
    "responses": {200: {"description": "OK", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}
}


class PictureAsked(Given):
    tag: str = Field("", description="of connections")
    connection: str = Field("", description="id of a connection or import")
    unit: str = Field("", description="the unit's path, as nodes of accounts have it under `detail`")
    account: str = Field("", description="12 digits; alone, with its identities by their names")
    impact: str = Field("", description="with an account: a letter, A to E")
    skip: int = Field(0, ge=0, description="so many of the gravest are passed over")


class PictureNode(Schema):
    id: str
    kind: Literal["organization", "account", "directory", "accounts", "identity", "identities"]
    parent: str
    name: str
    detail: str = Field(description="an account's id, an identity's ARN, the unit of accounts")
    type: str
    letter: str = Field(description="impact of the gravest, A to E; empty: unknown")
    least: bool = Field(description="not all policies were read: it may be more")
    identities: int | None = Field(description="null, as the numbers below: never read")
    vulnerable: int | None
    high: int | None
    medium: int | None
    low: int | None
    count: int = Field(description="how many accounts or identities it stands for")
    address: str = Field(description="of the page that it leads to")
    drawer: bool
    sign: str
    label: str
    title: str
    x: float
    y: float


class PictureEdge(Schema):
    from_: str = Field(alias="from")
    to: str
    turn: float | None = Field(None, description="where its line bends; null: it is not drawn")


class OrganizationPicture(Schema):
    width: float
    height: float
    accounts: int
    identities: int
    grouped_accounts: int
    grouped_identities: int
    unread_accounts: int
    nodes: list[PictureNode]
    edges: list[PictureEdge]


def _drawn(request: HttpRequest, given: PictureAsked) -> Drawing:
    given.refuse_others(request)
    told = {name: str(value) for name, value in given.dict().items()}
    scope = Scope.of(told)
    refuse_unknown(scope)
    return drawing(scope, Focus.of(told))


@router.get(
    "/organization",
    response={200: OrganizationPicture, **PROBLEMS},
    by_alias=True,
    summary="The organization as a picture: connections, accounts, identities; 200 nodes at most, the rest in groups",
    operation_id="organization",
)
def show(request: HttpRequest, given: Query[PictureAsked]) -> dict[str, Any]:
    return _drawn(request, given).record()


@router.get(
    "/organization.csv",
    response={200: None, **PROBLEMS},
    summary="The same as CSV: a row a node",
    operation_id="organization_csv",
    openapi_extra=CSV,
)
def as_csv(request: HttpRequest, given: Query[PictureAsked]) -> HttpResponseBase:
    return csv_records("organization.csv", COLUMNS, picture_rows(_drawn(request, given)))


@router.get(
    "/organization.svg",
    response={200: None, **PROBLEMS},
    summary="The same as a drawing",
    operation_id="organization_svg",
    openapi_extra=SVG,
)
def as_svg(request: HttpRequest, given: Query[PictureAsked]) -> HttpResponse:
    return HttpResponse(picture_svg(_drawn(request, given)), content_type="image/svg+xml")
