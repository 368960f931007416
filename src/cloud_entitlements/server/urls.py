"""Every address. The API's unknown addresses answer as problem details, not as a page."""

from __future__ import annotations

from django.db import connection as database
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from cloud_entitlements.server.access.api import router as access_router
from cloud_entitlements.server.access.snapshot_api import router as snapshots_router
from cloud_entitlements.server.api import api, problem
from cloud_entitlements.server.connections.api import Kind, router_for
from cloud_entitlements.server.connections.api_care import platform_router
from cloud_entitlements.server.home.api import router as home_router
from cloud_entitlements.server.home.picture_api import router as picture_router
from cloud_entitlements.server.identities.api import router as identities_router
from cloud_entitlements.server.identities.path_api import router as paths_router
from cloud_entitlements.server.recommendations.api import router as recommendations_router
from cloud_entitlements.server.recommendations.criteria_api import router as criteria_router
from cloud_entitlements.server.recommendations.known_accounts_api import router as known_accounts_router


def no_such_endpoint(request: HttpRequest) -> HttpResponse:
    return problem(request, 404, "not_found", "there is no such endpoint", fix="see /api/v1/openapi.json")


api.add_router("/aws/organizations", router_for(Kind.ORGANIZATION))
api.add_router("/aws/accounts", router_for(Kind.ACCOUNT))
api.add_router("/aws/platform", platform_router)
api.add_router("/snapshots", snapshots_router)
api.add_router("", access_router)  # before identities: an ARN in an address takes whatever follows it
api.add_router("", paths_router)
api.add_router("", home_router)
api.add_router("", picture_router)
api.add_router("", identities_router)
api.add_router("/recommendations", recommendations_router)
api.add_router(
    "/criteria/known-accounts", known_accounts_router
)  # before criteria: no criterion is called so
api.add_router("/criteria", criteria_router)


def health(_request: HttpRequest) -> HttpResponse:
    """For load balancers: the process answers, and so does its database."""
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("health", health, name="health"),
    path("api/v1/", api.urls),
    re_path(r"^api/", no_such_endpoint),
    path("accounts/", include("allauth.account.urls")),
    path("", include("cloud_entitlements.server.people.urls")),
    path("", include("cloud_entitlements.server.access.urls")),
    path("", include("cloud_entitlements.server.identities.urls")),
    path("", include("cloud_entitlements.server.recommendations.urls")),
    path("", include("cloud_entitlements.server.home.urls")),
    path("", include("cloud_entitlements.server.connections.urls")),
]

handler400 = "cloud_entitlements.server.request_id.bad_request"
handler403 = "cloud_entitlements.server.request_id.forbidden"
handler404 = "cloud_entitlements.server.request_id.not_found"
handler500 = "cloud_entitlements.server.request_id.server_error"
