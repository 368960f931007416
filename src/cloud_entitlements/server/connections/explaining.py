"""Every kind of failure on one page, from the texts that failures themselves show; each has its own address."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cloud_entitlements.aws.explained import GROUPS, Kind, causes_of


def failures(request: HttpRequest) -> HttpResponse:
    groups = [replace(group, kinds=tuple(_shown(kind) for kind in group.kinds)) for group in GROUPS]
    return render(request, "connections/failures.html", {"groups": groups})


def _shown(kind: Kind) -> Kind:
    """Nothing is known here: facts stand as `<their names>`."""
    return replace(kind, causes=causes_of(kind.code))
