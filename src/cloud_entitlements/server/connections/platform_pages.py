"""The platform's identity on a page: what it is, who calls now, who trusts it, and its guided rotation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cloud_entitlements.aws.explained import KINDS
from cloud_entitlements.aws.failures import Failure, from_error
from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.aws.platform import QUICK, who_calls
from cloud_entitlements.aws.sessions import AwsSessions
from cloud_entitlements.server.connections import commands, platform
from cloud_entitlements.server.connections.refusals import Invalid, NotReady
from cloud_entitlements.server.connections.rotation import platform_record


@require_http_methods(["GET", "POST"])
def platform_page(request: HttpRequest) -> HttpResponse:
    pasted = request.POST.get("arn", "")
    problem: Problem | NotReady | None = None
    if request.method == "POST":
        try:
            stored = commands.rotate(pasted)
        except Invalid as wrong:
            problem = wrong.fields["arn"]
        except NotReady as early:
            problem = early
        else:
            messages.success(request, f"Templates trust `{stored.arn}` from now on.")
            return redirect("connections:platform")
    context = {"record": platform_record(), "pasted": pasted, "problem": problem, **_caller()}
    return render(request, "connections/platform.html", context, status=422 if problem else 200)


def _caller() -> dict[str, Any]:
    """Who this server is to AWS at this moment."""
    try:
        caller = who_calls(AwsSessions().platform(QUICK))
    except Exception as error:  # noqa: BLE001  whatever botocore raises is explained
        failure: Failure = from_error(error, "sts:GetCallerIdentity")
        return {
            "failure": failure,
            "title": KINDS[failure.code].title if failure.code in KINDS else failure.code,
        }
    stored = platform.stored()
    return {"caller": caller, "same": stored is not None and caller.is_session_of(stored)}
