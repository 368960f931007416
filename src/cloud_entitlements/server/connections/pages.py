"""The Setup list, and a connection's own page. Each changes things by commands alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cloud_entitlements.aws.explained import Cause, causes_of
from cloud_entitlements.aws.template import TemplateInput, delete_command, let_go_command
from cloud_entitlements.aws.terraform import terraform_lines
from cloud_entitlements.server.access.snapshots import damaged, readable
from cloud_entitlements.server.connections import commands, records, shown, tree
from cloud_entitlements.server.connections.farewell import farewell_record
from cloud_entitlements.server.connections.identities import identities
from cloud_entitlements.server.connections.knowledge import facts_of
from cloud_entitlements.server.connections.models import Account, Connection
from cloud_entitlements.server.connections.refusals import Invalid, NotFound, NotReady, Refusal, Taken

Status = Connection.Status
LET_GO = 100
"""A line that names more accounts is too long to paste; run it again for the rest."""


def find(connection_id: uuid.UUID) -> Connection:
    try:
        return commands.find(str(connection_id))
    except NotFound as lost:
        raise Http404(lost.text) from lost


def to_list(request: HttpRequest) -> HttpResponse:
    return redirect("connections:list")


def listed(request: HttpRequest) -> HttpResponse:
    return render(request, "connections/list.html", _rows(request))


def rows(request: HttpRequest) -> HttpResponse:
    """The table alone, for htmx: while one types, and every few seconds."""
    return render(request, "connections/rows.html", _rows(request))


def _rows(request: HttpRequest) -> dict[str, Any]:
    words, kind, tag = (request.GET.get(name, "").strip() for name in ("q", "type", "tag"))
    every = commands.connections()
    found = every.filter(type=kind) if kind in Connection.Type.values else every
    if words:
        by_text = (
            Q(name__icontains=words)
            | Q(management_account_id__contains=words)
            | Q(organization_id__contains=words)
        )
        found = found.filter(by_text | Q(targets__id__contains=words)).distinct()
    chosen = [shown.Shown(one) for one in found if not tag or tag in one.tags]
    query = request.GET.urlencode()
    return {"rows": chosen, "any": every.exists(), "q": words, "type": kind, "tag": tag, "query": query}


def connection(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    if found.status != Status.CONNECTED:
        return redirect("connections:" + open_step(found), connection_id)
    return render(request, "connections/connection.html", detail(found))


def detail(found: Connection) -> dict[str, Any]:
    snapshot = readable(str(found.id))
    gaps = _of_read_accounts(found, snapshot.rows("gaps")) if snapshot else []
    return {
        "connection": found,
        "shown": shown.Shown(found),
        "record": records.connection_record(found),
        "damaged": damaged(str(found.id)),
        "snapshot": snapshot.manifest if snapshot else None,
        "identities": identities([snapshot]) if snapshot else None,
        "gaps": [{**gap, "causes": _fixes(found, gap)} for gap in gaps[:200]],
        "gap_count": len(gaps),
        "units": tree.tree(found),
        "reasons": tree.reasons(found),
        "attempt_failed": found.checks.filter(state="failed").exists(),
    }


def _of_read_accounts(found: Connection, gaps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gaps of accounts that were read, and of the organization: the others' states explain themselves."""
    read = set(found.accounts.filter(status=Account.Status.CONNECTED).values_list("account_id", flat=True))
    return [gap for gap in gaps if gap["account_id"] in read or gap["account_id"] == "organization"]


def _fixes(found: Connection, gap: dict[str, Any]) -> tuple[Cause, ...]:
    try:
        facts = facts_of(found)
    except NotReady:
        facts = {}
    return causes_of(gap["code"], **{**facts, "account": gap["account_id"]})


def open_step(found: Connection) -> str:
    """The first step of the wizard that is not done; nobody skips one."""
    if found.status in (Status.CONNECTING, Status.FAILED):
        return "checks"
    return "template" if found.template_seen_at is None else "role"


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    given = {
        "name": found.name,
        "targets": "\n".join(records.target_ids(found)),
        "tags": ", ".join(found.tags),
    }
    problems: dict[str, Any] = {}
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in given}
        try:
            before = records.target_ids(found)
            changed = commands.change(
                found, name=given["name"], tags=given["tags"].split(","), target_ids=given["targets"].split()
            )
        except Invalid as wrong:
            problems = dict(wrong.fields)
        except Taken as taken:
            problems = {"target_ids": taken}
        else:
            if before != records.target_ids(changed):
                messages.success(request, _changed_targets(before, records.target_ids(changed)))
                return redirect("connections:update", connection_id)
            return redirect("connections:connection", connection_id)
    return render(
        request, "connections/edit.html", {"connection": found, "given": given, "problems": problems}
    )


def _changed_targets(before: list[str], now: list[str]) -> str:
    parts = (
        ("added", [one for one in now if one not in before]),
        ("left out", [one for one in before if one not in now]),
    )
    words = "; ".join(f"{word} {', '.join(f'`{one}`' for one in ids)}" for word, ids in parts if ids)
    return f"Saved: {words}. It takes effect in AWS when the stack is updated."


def _told(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Runs a command; what it refuses is shown with its next step."""
    try:
        act()
    except (NotReady, NotFound, Taken) as refused:
        messages.error(request, f"{refused.text}: {refused.fix}")
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)


def _back(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    if request.POST.get("to") == "list":
        return redirect("connections:list")
    return redirect("connections:connection", connection_id)


@require_POST
def switch(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found, enabled = find(connection_id), request.POST.get("enabled") == "true"
    done = "is on: it is collected again." if enabled else "is off: no call is made to AWS for it."
    _told(request, lambda: commands.switch(found, enabled), f"{found.name} {done}")
    return _back(request, connection_id)


@require_POST
def reprocess(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    _told(request, lambda: commands.reprocess(found), f"{found.name} is collected now.")
    return _back(request, connection_id)


@require_POST
def retry(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    account_id = request.POST.get("account_id") or None
    center = request.POST.get("identity_center") == "true"
    _told(request, lambda: commands.retry(found, account_id, identity_center=center), "Trying again.")
    return _back(request, connection_id)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    wrong = False
    if request.method == "POST":
        if request.POST.get("name", "").strip() == found.name:
            commands.remove(found, "purge" if request.POST.get("data") == "purge" else "keep")
            messages.success(request, f"{found.name} is removed.")
            return redirect("connections:list")
        wrong = True
    context = {"connection": found, "wrong": wrong, "farewell": farewell_record(found), **_ways_out(found)}
    return render(request, "connections/remove.html", context, status=422 if wrong else 200)


def _ways_out(found: Connection) -> dict[str, Any]:
    """Lines that delete the stack; a connection that never had a template has none."""
    try:
        given = commands.template_input(found)
    except NotReady:
        return {}
    suspended = found.accounts.filter(status__in=[Account.Status.SUSPENDED, Account.Status.CLOSED])
    return {
        "names": commands.template_names(found),
        "delete": delete_command(given),
        "terraform": terraform_lines(),
        "let_go": let_go_command(given, [one.account_id for one in suspended[:LET_GO]])
        if given.kind == "organization"
        else "",
        "suspended": suspended,
    }


@require_POST
def check_gone(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    _told(request, lambda: commands.check_gone(found), "Asking every role.")
    return redirect("connections:remove", connection_id)


@require_GET
def update(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """What a deployed stack should be like, and the line that makes it so."""
    found = find(connection_id)
    context: dict[str, Any] = {"connection": found, "shown": shown.Shown(found)}
    try:
        given = commands.template_input(found)
    except NotReady as early:
        return render(request, "connections/update.html", {**context, "early": early}, status=409)
    context |= {
        "given": given,
        "names": commands.template_names(found),
        "line": commands.update_line(given),
        "terraform": terraform_lines(),
        "values": _values(given),
    }
    return render(request, "connections/update.html", context)


def _values(given: TemplateInput) -> dict[str, str]:
    values = {
        "ExternalId": given.external_id,
        "PlatformAccountId": given.platform_account_id,
        "PlatformPrincipalArn": given.platform_principal_arn,
    }
    return {**values, **({"TargetIds": ",".join(given.target_ids)} if given.kind == "organization" else {})}
