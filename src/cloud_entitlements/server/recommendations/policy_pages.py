"""Security policies: how critical each criterion is, and after how many days it fails; everywhere or for one connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cloud_entitlements.aws.pasted import Problem
from cloud_entitlements.criteria import CRITICALITIES, Criticality, Setting
from cloud_entitlements.criteria.criterion import PERIODS
from cloud_entitlements.server.connections.refusals import Invalid, NotFound
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.filters import is_text
from cloud_entitlements.server.identities.models import Analysis
from cloud_entitlements.server.recommendations import commands, known_accounts, shown

PATH = "/security-policies/"


@require_http_methods(["GET", "POST"])
def policies(request: HttpRequest) -> HttpResponse:
    connection_id = (request.POST if request.method == "POST" else request.GET).get("connection", "")
    if request.method == "GET":
        given = {"account": known_accounts.account_in(request.GET.get("known", ""))}
        return policies_page(request, connection_id, known={"given": given})
    try:
        commands.refuse_connection(connection_id)
        told = (
            _restore(request, connection_id) if "restore" in request.POST else _save(request, connection_id)
        )
    except Invalid as wrong:
        return policies_page(request, connection_id, wrong.fields, status=422)
    except NotFound as lost:
        problems = {"connection": Problem("not_found", lost.text, lost.fix)}
        return policies_page(request, "", problems, status=422)
    messages.success(request, told)
    return redirect(address(connection_id))


def address(connection_id: str) -> str:
    return f"{PATH}?connection={connection_id}" if connection_id else PATH


def policies_page(
    request: HttpRequest,
    connection_id: str,
    problems: Mapping[str, Problem] | None = None,
    *,
    known: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """`known`: what is `given` in the form for known accounts, and its `problems`."""
    connection_id = connection_id if is_text(connection_id) else ""
    connection = Analysis.objects.filter(connection_id=connection_id).first()
    context = {
        "policies": shown.policies(connection_id),
        "connection": connection,
        "connections": Analysis.objects.order_by("name"),
        "criticalities": CRITICALITIES,
        "periods": PERIODS,
        "problems": problems or {},
        "covered": covered(connection_id),
        "known_accounts": known_accounts.known_accounts(connection_id if connection else ""),
        "known": known or {},
    }
    return render(request, "recommendations/policies.html", context, status=status)


def _restore(request: HttpRequest, connection_id: str) -> str:
    criterion_id = request.POST["restore"]
    commands.restore(connection_id, criterion_id)
    if criterion_id:
        return f"`{commands.criterion(criterion_id).title}` is as it was by default."
    return "Everything is as it was by default."


def _save(request: HttpRequest, connection_id: str) -> str:
    """What was changed in the form; all of it is looked at before any of it is kept."""
    given = {one.criterion.id: _given(request, one) for one in shown.policies(connection_id)}
    before = {one.criterion.id: one.setting for one in shown.policies(connection_id)}
    changed = {id_: setting for id_, setting in given.items() if setting != before[id_]}
    commands.set_policies(connection_id, changed, request.user.get_username())
    count = len(changed)
    return f"{count} change{'' if count == 1 else 's'} kept." if count else "Nothing was changed."


def _given(request: HttpRequest, one: shown.Policy) -> Setting:
    id_ = one.criterion.id
    if f"{id_}-criticality" not in request.POST:
        return one.setting
    period = request.POST.get(f"{id_}-period", "").strip()
    return Setting(
        cast("Criticality", request.POST[f"{id_}-criticality"]),  # the command looks at it
        int(period) if period.isdigit() else None,
        f"{id_}-enabled" in request.POST,
    )
