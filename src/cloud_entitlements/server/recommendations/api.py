"""`/api/v1/recommendations`: the list with its filters, acknowledging, and undoing it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from cloud_entitlements.server.api import caller
from cloud_entitlements.server.connections.api_records import PROBLEMS, Problem
from cloud_entitlements.server.identities.api_lists import LOST
from cloud_entitlements.server.identities.asked import answerable
from cloud_entitlements.server.identities.records import connection_names, coverage_record
from cloud_entitlements.server.keyset import NoSuchPage, page
from cloud_entitlements.server.recommendations import commands
from cloud_entitlements.server.recommendations.api_records import (
    Acknowledging,
    Changed,
    Chosen,
    ListedRecommendations,
    RecommendationPage,
)
from cloud_entitlements.server.recommendations.asked import Meant, asked, to_acknowledge, to_suggest_again
from cloud_entitlements.server.recommendations.listing import by_criticality, recommendations, tally
from cloud_entitlements.server.recommendations.records import recommendation_record

router = Router(tags=["recommendations"])


@router.get(
    "",
    response={200: ListedRecommendations, 400: Problem, **PROBLEMS},
    summary="Recommendations with their evidence, filtered as on the page",
    operation_id="recommendations_list",
)
def listed(request: HttpRequest, given: Query[RecommendationPage]) -> dict[str, Any]:
    wanted = asked(given.filters(request))
    around = answerable(wanted.connection, wanted.tag)
    commands.expire()
    rows = recommendations(wanted)
    try:
        found = page(rows, wanted.order, given.cursor or "", given.limit)
    except NoSuchPage as lost:
        raise HttpError(400, LOST) from lost
    names, counted = connection_names(), tally(rows)
    return {
        "items": [recommendation_record(row, names) for row in found.rows],
        "next_cursor": found.next_cursor,
        "total": sum(counted.values()),
        "by_criticality": dict(by_criticality(counted)),
        "coverage": coverage_record(around, gaps=given.gaps),
    }


@router.post(
    "/acknowledge",
    response={200: Changed, **PROBLEMS},
    summary="Acknowledge what one criterion recommends: it may stay as it is, for a reason",
    operation_id="recommendations_acknowledge",
)
def acknowledge(request: HttpRequest, body: Acknowledging) -> dict[str, int]:
    until = commands.day(body.until)
    chosen = to_acknowledge(_meant(body))
    return {"changed": commands.acknowledge(chosen, body.reason, until, caller(request))}


@router.post(
    "/unacknowledge",
    response={200: Changed, **PROBLEMS},
    summary="Undo it: suggested again at once",
    operation_id="recommendations_unacknowledge",
)
def unacknowledge(request: HttpRequest, body: Chosen) -> dict[str, int]:
    return {"changed": commands.unacknowledge(to_suggest_again(_meant(body)))}


def _meant(body: Chosen) -> Meant:
    given = body.dict(include={"q", "connection", "tag", "account", "type", "criticality"})
    return Meant(body.criterion, body.arns, body.all, given)
