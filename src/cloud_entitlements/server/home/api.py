"""`/api/v1/home`: the figures of Home, and the page as PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from cloud_entitlements.server.connections.api_records import PROBLEMS
from cloud_entitlements.server.home import paper
from cloud_entitlements.server.home.api_records import HomeRecord
from cloud_entitlements.server.home.pages import context
from cloud_entitlements.server.home.scope import Scope
from cloud_entitlements.server.home.told import Told, refuse_unknown, told
from cloud_entitlements.server.people.models import ApiToken

router = Router(tags=["home"])
_PDF = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get(
    "/home",
    response={200: HomeRecord, **PROBLEMS},
    summary="Health, identities and recommendations, as Home shows them",
    operation_id="home",
)
def home(request: HttpRequest, tag: str = "", connection: str = "") -> dict[str, Any]:
    scope = Scope.of({"tag": tag, "connection": connection})
    refuse_unknown(scope)
    return record(told(scope))


@router.get(
    "/home.pdf",
    response={200: None, **PROBLEMS},
    summary="Home as PDF",
    operation_id="home_pdf",
    openapi_extra=_PDF,
)
def home_pdf(request: HttpRequest, tag: str = "", connection: str = "") -> HttpResponse:
    given = {"tag": tag, "connection": connection}
    refuse_unknown(Scope.of(given))
    found = paper.pdf(context(given), _who(request), request.build_absolute_uri("/"))
    return paper.answer(found, timezone.now())


def _who(request: HttpRequest) -> str:
    asking = getattr(request, "auth", None)
    return f"the token {asking.name}" if isinstance(asking, ApiToken) else str(asking or "")


def record(found: Told) -> dict[str, Any]:
    figures, people, states = found.figures, found.figures.people, found.figures.states
    covered = found.covered
    return {
        "at": found.at,
        "coverage": {
            "total": covered.total,
            "connected": covered.connected,
            "gaps": covered.gaps,
            "never_read": found.known.unknown,
            "waiting": covered.waiting,
        },
        "health": found.health,
        "identities": {
            "total": people.identities.count,
            "vulnerable": people.vulnerable.count,
            "not_vulnerable": people.sound.count,
            "by_type": {one.key: one.count for one in people.types},
            "by_impact": {one.key: one.count for one in people.impacts},
        },
        "recommendations": {
            "suggested": states.suggested.count,
            "pending": states.pending.count,
            "acknowledged": states.acknowledged.count,
            "followed": states.followed.count,
            "found": figures.found.count,
            "resolved": figures.resolved.count,
            "since": figures.since,
        },
        "by_criticality": figures.by_criticality,
        "by_provider": figures.by_provider,
        "by_account": figures.by_account,
        "accounts": figures.accounts,
        "by_type": figures.by_type,
        "worst": figures.worst,
        "days": found.days,
        "lately": found.lately,
    }
