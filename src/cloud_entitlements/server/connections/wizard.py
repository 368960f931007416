"""The wizard: one question a screen, each at an address of its own; the server lets nobody skip a step."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cloud_entitlements.aws.pasted import WHERE_ACCOUNT, WHERE_ROLE_ARN, WHERE_ROOT, Problem
from cloud_entitlements.aws.permissions import of_role
from cloud_entitlements.aws.template import activate_command, deploy_command, outputs_command
from cloud_entitlements.aws.terraform import terraform_lines
from cloud_entitlements.server.connections import commands, shown, tree
from cloud_entitlements.server.connections.downloads import template_download
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.connections.pages import detail, find
from cloud_entitlements.server.connections.refusals import Invalid, NotReady, Refusal, Taken

STEPS = ("start", "template", "role", "checks", "accounts")
TITLES = {
    "start": "Name it",
    "template": "Deploy the template",
    "role": "Paste the RoleArn",
    "checks": "Connect",
    "accounts": "See the accounts",
}
Status = Connection.Status


def steps(current: str, found: Connection | None = None) -> list[dict[str, Any]]:
    """The list on the left: done, current or to come."""
    reached = STEPS.index(furthest(found)) if found else 0
    return [
        {
            "name": name,
            "title": TITLES[name],
            "number": number + 1,
            "current": name == current,
            "done": number < reached,
            "open": found is not None and 0 < number <= reached,
        }
        for number, name in enumerate(STEPS)
    ]


def furthest(found: Connection) -> str:
    if found.status == Status.CONNECTED:
        return "accounts"
    if found.status in (Status.CONNECTING, Status.FAILED):
        return "checks"
    return "template" if found.template_seen_at is None else "role"


def _skipped(found: Connection, step: str) -> HttpResponse | None:
    """A redirect to the first step that is open, when `step` lies beyond it."""
    reached = furthest(found)
    if STEPS.index(step) > STEPS.index(reached):
        return redirect(f"connections:{reached}", found.id)
    return None


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    return render(request, "connections/choose.html", {})


def _kind(kind: str) -> str:
    if kind not in Connection.Type.values:
        raise Http404
    return kind


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, kind: str) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("name", "targets", "tags")}
    problems: dict[str, Any] = {}
    if request.method == "POST":
        try:
            made = commands.add(
                _kind(kind), given["name"], given["targets"].split(), given["tags"].split(",")
            )
            return redirect("connections:template", made.id)
        except Invalid as wrong:
            problems = dict(wrong.fields)
        except Taken as taken:
            problems = {"target_ids": taken}
    context = {
        "kind": _kind(kind),
        "given": given,
        "problems": problems,
        "steps": steps("start"),
        **_hints(kind),
    }
    return render(request, "connections/start.html", context, status=422 if problems else 200)


def _hints(kind: str) -> dict[str, str]:
    return {"where": WHERE_ACCOUNT if kind == Connection.Type.ACCOUNT else WHERE_ROOT}


@require_POST
def check_fields(request: HttpRequest, kind: str) -> HttpResponse:
    """While one types: the problem under the field, or that it is fine."""
    field = request.POST.get("field", "")
    fields: dict[str, dict[str, Any]] = {
        "name": {"name": request.POST.get("name", "")},
        "targets": {"target_ids": request.POST.get("targets", "").split()},
        "tags": {"tags": request.POST.get("tags", "").split(",")},
    }
    given = fields.get(field, {})
    problem: Any = None
    try:
        commands.check_fields(_kind(kind), **given)
    except Invalid as wrong:
        problem = next(iter(wrong.fields.values()))
    except Taken as taken:
        problem = taken
    return render(request, "parts/problem.html", {"problem": problem, "fine": field == "targets"})


@require_GET
def template(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    context: dict[str, Any] = {"connection": found, "steps": steps("template", found)}
    try:
        given = commands.template_input(found)
    except NotReady as early:
        return render(request, "connections/template.html", {**context, "early": early}, status=409)
    organization = given.kind == "organization"
    context |= {
        "names": commands.template_names(found),
        "deploy": deploy_command(given),
        "outputs": outputs_command(given),
        "terraform": terraform_lines(),
        "activate": activate_command(),
        "management": of_role("management") if organization else (),
        "member": of_role("member"),
        "given": given,
    }
    return render(request, "connections/template.html", context)


@require_GET
def download(
    request: HttpRequest, connection_id: uuid.UUID, tool: commands.Tool = "cloudformation"
) -> HttpResponse:
    try:
        return template_download(find(connection_id), tool)
    except NotReady:
        return redirect("connections:template", connection_id)


@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    if request.method == "GET" and request.GET.get("deployed"):
        commands.template(found)  # deployed by the command line: the step is done without a download
        found = find(connection_id)
    skipped = _skipped(found, "role")
    if skipped is not None:
        return skipped
    pasted, problem = found.role_arn, None
    if request.method == "POST":
        pasted = request.POST.get("role_arn", "")
        try:
            commands.connect(found, pasted)
            return redirect("connections:checks", connection_id)
        except Invalid as wrong:
            problem = wrong.fields["role_arn"]
        except (NotReady, Taken) as early:
            problem = Problem("early", early.text, early.fix)
    context = {
        "connection": found,
        "steps": steps("role", found),
        "pasted": pasted,
        "problem": problem,
        "where": WHERE_ROLE_ARN,
        "outputs": outputs_command(commands.template_input(found)),
        "terraform": terraform_lines(),
    }
    return render(request, "connections/role.html", context, status=422 if problem else 200)


@require_POST
def check_role(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    try:
        parsed = commands.parsed_role(found, request.POST.get("role_arn", ""))
    except Invalid as wrong:
        return render(request, "parts/problem.html", {"problem": wrong.fields["role_arn"]})
    except Refusal as refused:
        return render(request, "parts/problem.html", {"problem": refused})
    return render(
        request,
        "parts/problem.html",
        {"problem": None, "fine": True, "text": f"a role in account {parsed.account_id}"},
    )


@require_GET
def checks(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    skipped = _skipped(found, "checks")
    if skipped is not None:
        return skipped
    return render(request, "connections/checks.html", {"connection": found, "steps": steps("checks", found)})


@require_GET
def unit(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """The accounts of one unit, for a tree that is too large to come at once."""
    found = find(connection_id)
    asked = (request.GET.get(name, "") for name in ("path", "status", "after"))
    return render(
        request, "connections/unit_accounts.html", {"connection": found, **tree.of_unit(found, *asked)}
    )


@require_GET
def accounts(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    skipped = _skipped(found, "accounts")
    if skipped is not None:
        return skipped
    status = request.GET.get("status", "")
    context = {
        **detail(found),
        "steps": steps("accounts", found),
        "units": tree.tree(found, status),
        "statuses": shown.statuses(found),
        "status": status,
    }
    return render(request, "connections/accounts.html", context)
