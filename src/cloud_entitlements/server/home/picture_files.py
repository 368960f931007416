"""The picture of the organization as a file: drawn, or as CSV. Page, API and terminal give the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.template.loader import render_to_string

from cloud_entitlements.server.home.drawing import Drawing
from cloud_entitlements.server.identities.drawing import printable

COLUMNS: Mapping[str, str] = {
    "id": "ID", "parent": "PARENT", "kind": "KIND", "name": "NAME", "detail": "DETAIL", "type": "TYPE", "letter": "IMPACT",
    "least": "OR MORE", "count": "STANDS FOR", "identities": "IDENTITIES", "vulnerable": "VULNERABLE", "high": "HIGH",
    "medium": "MEDIUM", "low": "LOW",
}  # fmt: skip
"""Of the CSV: a row a node, parents before their children."""


def picture_rows(found: Drawing) -> Iterator[Mapping[str, Any]]:
    """By the names of COLUMNS; numbers of what was never read are None."""
    order = {one.id: number for number, one in enumerate(found.picture.nodes)}
    yield from sorted(found.record()["nodes"], key=lambda one: order[one["id"]])


def picture_svg(found: Drawing) -> str:
    """Stands alone: its styles are in it."""
    placed = [replace(one, label=printable(one.label)) for one in found.layout.placed]
    drawn = replace(found, layout=replace(found.layout, placed=placed))
    return render_to_string("home/organization.svg", {"drawing": drawn, "file": True})
