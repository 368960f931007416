"""Each request has an id, which error pages and problem details name, so that a report can be found in the log."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


class RequestId:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["CIEM_REQUEST_ID"] = str(uuid.uuid4())
        response = self.get_response(request)
        response["X-Request-Id"] = of(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        log.error("request %s failed: %s", of(request), type(error).__name__)


def of(request: HttpRequest) -> str:
    return str(request.META.get("CIEM_REQUEST_ID", ""))


def _page(request: HttpRequest, status: int, what: str, why: str, fix: str) -> HttpResponse:
    given = {"status": status, "what": what, "why": why, "fix": fix, "request_id": of(request)}
    return render(request, "error.html", given, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        400,
        "The request could not be read",
        "Something in it is malformed.",
        "Go back and try again.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    why = "The page was open for too long, or cookies are blocked." if reason else "This needs other rights."
    return _page(request, 403, "Not allowed", why, "Reload the page you came from, then try again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    why = "It was removed, or the address is mistyped."
    return _page(request, 404, "There is nothing here", why, "Open the list under Setup.")


def server_error(request: HttpRequest) -> HttpResponse:
    why = "This is our fault; the server's log has the details under the request id."
    return _page(request, 500, "The server failed", why, "Try again; report it if it stays.")
