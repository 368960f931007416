"""The API's root: who may call, and every error as problem details (RFC 9457).

Bearer tokens, or the session of a signed-in person, which then needs Django's CSRF token for anything that
changes. Endpoints stand in each app's `api.py`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer, SessionAuth

from cloud_entitlements.server import request_id
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady, Taken
from cloud_entitlements.server.people.models import ApiToken
from cloud_entitlements.server.people.tokens import find_token


class Bearer(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> object | None:
        return find_token(token)


# The order matters: a session is refused without a CSRF token, so a bearer token is looked at first.
api = NinjaAPI(
    title="Cloud Entitlements",
    version="1",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=[Bearer(), SessionAuth(csrf=True)],
    urls_namespace="api",
)


def caller(request: HttpRequest) -> str:
    """Who changes something, in words: a person's name, or a token's."""
    found = getattr(request, "auth", None)
    return f"token {found.name}" if isinstance(found, ApiToken) else request.user.get_username()


def problem(request: HttpRequest, status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id.of(request),
        **more,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


@api.exception_handler(Invalid)
def _invalid(request: HttpRequest, refusal: Invalid) -> HttpResponse:
    errors = {
        name: {"code": found.code, "text": found.text, "fix": found.fix}
        for name, found in refusal.fields.items()
    }
    return problem(request, 422, "invalid", str(refusal), errors=errors)


@api.exception_handler(Taken)
def _taken(request: HttpRequest, refusal: Taken) -> HttpResponse:
    from cloud_entitlements.server.connections.records import api_url

    other = {"url": api_url(refusal.other), "id": str(refusal.other.id), "name": refusal.other.name}
    return problem(request, 409, "taken", refusal.text, fix=refusal.fix, url=other["url"], other=other)


@api.exception_handler(NotReady)
def _not_ready(request: HttpRequest, refusal: NotReady) -> HttpResponse:
    return problem(request, 409, refusal.code, refusal.text, fix=refusal.fix)


@api.exception_handler(NotFound)
def _not_found(request: HttpRequest, refusal: NotFound) -> HttpResponse:
    return problem(request, 404, "not_found", refusal.text, fix=refusal.fix)


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return problem(request, 413, "too_large", "the body is too large", fix="send it in parts")


@api.exception_handler(Http404)
def _no_such_page(request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(request, 404, "not_found", "there is nothing at this address")


@api.exception_handler(AuthenticationError)
def _who_are_you(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem(
        request,
        401,
        "not_signed_in",
        "no valid token was sent",
        fix="make one with `ciem token create NAME` and send it as `Authorization: Bearer …`",
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def _not_as_described(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = {
        ".".join(str(part) for part in found["loc"][2:]) or str(found["loc"][-1]): {
            "code": found["type"],
            "text": found["msg"],
            "fix": "see /api/v1/openapi.json for what is expected",
        }
        for found in error.errors
    }
    return problem(request, 422, "invalid", "the request is not as the API describes it", errors=errors)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, HTTPStatus(error.status_code).name.lower(), str(error))
