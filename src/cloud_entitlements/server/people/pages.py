"""Sign-in by one-time code, the first administrator, API tokens, and the theme."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from cloud_entitlements.server.frame import THEME_COOKIE, THEMES
from cloud_entitlements.server.people.codes import Purpose, is_valid, use_code
from cloud_entitlements.server.people.tokens import create_token, live_tokens, revoke_token

BACKEND = "django.contrib.auth.backends.ModelBackend"
YEAR = 365 * 24 * 3600


class FirstAdministrator(forms.Form):
    username = forms.CharField(max_length=150, label="User name")
    password = forms.CharField(
        widget=forms.PasswordInput, label="Password", help_text="At least 12 characters."
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username=name).exists():
            raise ValidationError("this name is taken")
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(username=self.cleaned_data.get("username", "")))
        return password


@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Makes the first administrator, with the code that the server printed at its start."""
    code = request.GET.get("code") or request.POST.get("code") or ""
    if not is_valid(code, Purpose.FIRST_ADMINISTRATOR):
        return render(request, "people/no_code.html", status=403)
    form = FirstAdministrator(request.POST or None)
    if request.method == "POST" and form.is_valid() and use_code(code, Purpose.FIRST_ADMINISTRATOR):
        user = User.objects.create_superuser(
            form.cleaned_data["username"], password=form.cleaned_data["password"]
        )
        login(request, user, backend=BACKEND)
        return redirect("/")
    return render(request, "people/welcome.html", {"form": form, "code": code})


def sign_in_by_code(request: HttpRequest) -> HttpResponse:
    """The demo's visitor; a code works once."""
    user = User.objects.filter(is_superuser=True).first()
    if user is None or not use_code(request.GET.get("code", ""), Purpose.SIGN_IN):
        return render(request, "people/no_code.html", status=403)
    login(request, user, backend=BACKEND)
    return redirect("/")


@require_http_methods(["GET", "POST"])
def administration(request: HttpRequest) -> HttpResponse:
    made = ""
    if request.method == "POST":
        name = " ".join(request.POST.get("name", "").split())[:100]
        if name:
            made = create_token(name, request.user if isinstance(request.user, User) else None)
        else:
            messages.error(request, "The name is empty: name what will use the token.")
    return render(request, "people/administration.html", {"tokens": live_tokens(), "made": made})


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    if revoke_token(str(token_id)):
        messages.success(request, "The token is revoked.")
    return redirect("/administration/")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("theme", "system")
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = redirect(back if safe else "/")
    if wanted in THEMES:
        response.set_cookie(
            THEME_COOKIE, wanted, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response
