"""`/api/v1/identities`: the list with its filters, and one identity with all that is known of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from cloud_entitlements.server.connections.api_records import PROBLEMS, Problem
from cloud_entitlements.server.identities import asked
from cloud_entitlements.server.identities.api_lists import LOST
from cloud_entitlements.server.identities.api_records import IdentityPage, ListedIdentities, OneIdentity
from cloud_entitlements.server.identities.listing import identities
from cloud_entitlements.server.identities.records import (
    connection_names,
    coverage_record,
    identity_record,
    one_record,
)
from cloud_entitlements.server.keyset import NoSuchPage, page
from cloud_entitlements.server.recommendations import commands

router = Router(tags=["identities"])


@router.get(
    "/identities",
    response={200: ListedIdentities, 400: Problem, **PROBLEMS},
    summary="Identities, filtered as on the page",
    operation_id="identities_list",
)
def listed(request: HttpRequest, given: Query[IdentityPage]) -> dict[str, Any]:
    wanted = asked.asked(given.filters(request))
    around = asked.answerable(wanted.connection, wanted.tag)
    commands.expire()
    rows = identities(wanted)
    try:
        found = page(rows, wanted.order, given.cursor or "", given.limit)
    except NoSuchPage as lost:
        raise HttpError(400, LOST) from lost
    names = connection_names()
    return {
        "items": [identity_record(row, names) for row in found.rows],
        "next_cursor": found.next_cursor,
        "total": rows.count(),
        "coverage": coverage_record(around, gaps=given.gaps),
    }


@router.get(
    "/identities/{path:arn}",
    response={200: OneIdentity, **PROBLEMS},
    summary="One identity: facts, impact, recommendations with evidence and fixes, what is unknown",
    description="The ARN stands in the address as it is, or percent-encoded. One that ends in `/permissions` or "
    "`/access-path` is followed by a slash: without it, those are asked for.",
    operation_id="identities_show",
)
def show(request: HttpRequest, arn: str, connection: str = "") -> dict[str, Any]:
    wanted = asked.asked({"connection": connection})
    commands.expire()
    return one_record(asked.one(arn.removesuffix("/"), wanted.connection))
