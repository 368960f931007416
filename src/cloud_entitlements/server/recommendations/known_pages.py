"""Known accounts, in the security policies: adding one, and forgetting it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.server.connections.refusals import Invalid, NotFound
from cloud_entitlements.server.recommendations import known_accounts
from cloud_entitlements.server.recommendations.policy_pages import address, policies_page

SECTION = "#known-accounts"


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """`forget` an account, or know one."""
    connection_id = request.POST.get("connection", "")
    try:
        told = _forget(request, connection_id) if "forget" in request.POST else _know(request, connection_id)
    except Invalid as wrong:
        return _refused(request, connection_id, wrong.fields)
    except NotFound as lost:
        return _refused(request, connection_id, {"account": Problem("not_found", lost.text, lost.fix)})
    messages.success(request, told)
    return redirect(f"{address(connection_id)}{SECTION}")


def _refused(request: HttpRequest, connection_id: str, problems: Mapping[str, Problem]) -> HttpResponse:
    """What was given stays in the form, and what is wrong stands beside it."""
    given = {name: request.POST.get(name, "") for name in ("account", "name")}
    return policies_page(request, connection_id, known={"problems": problems, "given": given}, status=422)


def _know(request: HttpRequest, connection_id: str) -> str:
    account, name = (request.POST.get(field, "") for field in ("account", "name"))
    row = known_accounts.know(connection_id, account, name, request.user.get_username())
    return f"`{row.account_id}` is known as `{row.name}`."


def _forget(request: HttpRequest, connection_id: str) -> str:
    account_id = request.POST["forget"]
    known_accounts.forget(connection_id, account_id)
    return f"`{account_id}` is no longer known."
