"""The wizard's side step: a failed stack leaves no role to ask, so its pasted error is read instead."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cloud_entitlements.server.connections import commands
from cloud_entitlements.server.connections.pages import find
from cloud_entitlements.server.connections.refusals import Invalid, NotReady
from cloud_entitlements.server.connections.wizard import furthest, steps


@require_http_methods(["GET", "POST"])
def stack(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    found = find(connection_id)
    pasted = request.POST.get("error", "")
    context = {"connection": found, "steps": steps(furthest(found), found), "pasted": pasted}
    status = 200
    try:
        context |= {"names": commands.template_names(found), "facts": commands.stack_facts(found)}
        if request.method == "POST":
            context["failures"] = commands.diagnose_stack(found, pasted)
    except Invalid as wrong:
        context["problem"], status = wrong.fields["error"], 422
    except NotReady as early:
        context["problem"], status = early, 409
    return render(request, "connections/stack.html", context, status=status)
