"""Who gets in: everything but a few pages needs a signed-in person; nobody signs up by themselves."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

OPEN = ("/static/", "/api/", "/accounts/login/", "/accounts/logout/", "/welcome/", "/sign-in/", "/health")
"""The API guards itself, by token or session."""


class SignInRequired:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or request.path.startswith(OPEN):
            return self.get_response(request)
        login = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=401)
            response["HX-Redirect"] = login
            return response
        return redirect(login)


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    """An administrator makes people; the first one is made with a code from the machine."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
