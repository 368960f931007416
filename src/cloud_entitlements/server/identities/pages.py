"""The list of identities, and one identity in a drawer beside it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cloud_entitlements.criteria.impact import LETTERS
from cloud_entitlements.server.access.csv_rows import csv_file
from cloud_entitlements.server.connections.models import Connection
from cloud_entitlements.server.identities.columns import COLUMNS, chosen_columns
from cloud_entitlements.server.identities.coverage import covered
from cloud_entitlements.server.identities.listing import PAGE, Wanted, identities
from cloud_entitlements.server.identities.models import Analysis, Identity
from cloud_entitlements.server.identities.one import One, find
from cloud_entitlements.server.keyset import NoSuchPage, ordered, page

PATH = "/identities/"
_HEADINGS = (
    ("Identity", "name"),
    ("Type", ""),
    ("Account", "account"),
    ("Impact", "impact"),
    ("Recommendations", "recommendations"),
    ("Score", "score"),
    ("Last used", "used"),
)


@dataclass(frozen=True, slots=True)
class Heading:
    name: str
    address: str
    """Empty: can't be sorted by."""
    current: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One that is on, and the address without it."""

    words: str
    without: str


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    wanted = Wanted.of(request.GET.dict())
    rows = identities(wanted)
    try:
        found = page(rows, wanted.order, request.GET.get("cursor", ""), PAGE)
    except NoSuchPage:
        return render(
            request, "identities/list.html", {**_around(wanted), "lost": wanted.address(PATH)}, status=404
        )
    names = dict(Analysis.objects.values_list("connection_id", "name"))
    opened = _opened(request, wanted)
    context = {
        **_around(wanted),
        "rows": [
            (row, names.get(row.connection_id, ""), wanted.address(PATH, open=row.arn, **_place(request)))
            for row in found.rows
        ],
        "total": rows.count(),
        "next": wanted.address(PATH, cursor=found.next_cursor) if found.next_cursor else "",
        "beginning": wanted.address(PATH) if request.GET.get("cursor") else "",
        "one": opened,
        "closed": wanted.address(PATH, **_place(request)),
    }
    return render(request, "identities/list.html", context)


def _place(request: HttpRequest) -> dict[str, str]:
    cursor = request.GET.get("cursor", "")
    return {"cursor": cursor} if cursor else {}


def _opened(request: HttpRequest, wanted: Wanted) -> One | None:
    arn = request.GET.get("open", "")
    return find(arn, wanted.connection) if arn else None


def _around(wanted: Wanted) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "covered": covered(wanted.connection, wanted.tag),
        "filters": list(_filters(wanted)),
        "headings": [_heading(name, sort, wanted) for name, sort in _HEADINGS],
        "connections": Analysis.objects.order_by("name"),
        "tags": sorted({tag for tags in Connection.objects.values_list("tags", flat=True) for tag in tags}),
        "types": Identity.Type.choices,
        "administrators": Identity.Administrator.choices,
        "letters": LETTERS,
        "unfiltered": Wanted(sort=wanted.sort).address(PATH),
        "csv": wanted.address("/identities.csv"),
        "any": Analysis.objects.exists(),
        "columns": COLUMNS,
        "command": command(wanted),
    }


def _heading(name: str, sort: str, wanted: Wanted) -> Heading:
    return Heading(name, wanted.address(PATH, sort=sort) if sort else "", sort == wanted.sort)


_FILTERS = (
    "connection",
    "tag",
    "account",
    "type",
    "impact",
    "administrator",
    "criterion",
    "criticality",
    "exempt",
    "vulnerable",
)


def _filters(wanted: Wanted) -> Iterator[Filter]:
    for name in _FILTERS:
        given = getattr(wanted, name)
        if given:
            yield Filter(_words(name, given), wanted.address(PATH, **{name: ""}))


def _words(name: str, given: str) -> str:
    if name == "connection":
        return next((one.name for one in Analysis.objects.filter(connection_id=given)), given)
    if name in _CHOICES:
        return ", ".join(_CHOICES[name].get(one, one) for one in given.split(","))
    return given if name in ("criterion", "criticality") else f"{name} {given}"


_CHOICES: dict[str, dict[str, str]] = {
    "type": dict(Identity.Type.choices),
    "administrator": dict(Identity.Administrator.choices),
    "exempt": {"yes": "exempt", "no": "not exempt"},
    "vulnerable": {"yes": "vulnerable", "no": "not vulnerable"},
}


def command(wanted: Wanted) -> str:
    """The command line that lists the same."""
    told = [
        f"--{name} {shlex.quote(getattr(wanted, name))}"
        for name in (
            "connection",
            "tag",
            "account",
            "type",
            "impact",
            "administrator",
            "criterion",
            "criticality",
            "exempt",
        )
        if getattr(wanted, name)
    ]
    search = [f"--search {shlex.quote(wanted.q)}"] if wanted.q else []
    return " ".join(["ciem identities", *search, *told])


@require_GET
def listed_csv(request: HttpRequest) -> HttpResponseBase:
    """Exactly what is filtered, with the columns that were chosen, in their order."""
    wanted = Wanted.of(request.GET.dict())
    columns = chosen_columns(request.GET.get("columns", ""))
    names = dict(Analysis.objects.values_list("connection_id", "name"))
    rows = ordered(identities(wanted), wanted.order).iterator(chunk_size=2000)
    lines = ([column.text(row, names.get(row.connection_id, "")) for column in columns] for row in rows)
    return csv_file("identities.csv", [column.heading for column in columns], lines)
