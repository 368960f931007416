"""The access path of an identity as a file: a drawing, JSON, or CSV. Page, API and terminal give the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.template.loader import render_to_string

from cloud_entitlements.server.access.opened import Opening
from cloud_entitlements.server.connections.refusals import NotFound, NotReady
from cloud_entitlements.server.identities.about import About, look_up
from cloud_entitlements.server.identities.drawing import drawing, printable
from cloud_entitlements.server.identities.one import One
from cloud_entitlements.server.identities.picture import Picture, Wanted, picture
from cloud_entitlements.server.recommendations.analysing import NO_ACCOUNT

COLUMNS: Mapping[str, str] = {
    "row": "ROW", "id": "ID", "kind": "KIND", "label": "LABEL", "note": "NOTE", "title": "TITLE", "impact": "IMPACT",
    "dashed": "DASHED", "count": "STANDS FOR", "source": "FROM", "target": "TO",
}  # fmt: skip
"""Of the CSV: nodes, then edges, which have a FROM and a TO."""


def access_path(one: One, wanted: Wanted) -> tuple[About, Picture]:
    """Raises NotFound; NotReady where the snapshot is being opened for the first time."""
    if one.row.account_id == NO_ACCOUNT:
        text = "people and groups of Identity Center have no access path of their own: they become roles"
        raise NotFound(text, "ask for the path of a role that they reach, as their page names them")
    about = look_up(one)
    if isinstance(about, Opening):
        raise NotReady("opening", "the snapshot is being opened for the first time", "ask again in a minute")
    return about, picture(about, wanted)


def opened_path(one: One, wanted: Wanted) -> tuple[About, Picture]:
    """As `access_path`, but waits for the snapshot, however long it takes to open."""
    while True:
        try:
            return access_path(one, wanted)
        except NotReady as early:
            if early.code != "opening":
                raise


def path_record(about: About, drawn: Picture) -> dict[str, Any]:
    nodes = [
        {
            "id": node.id, "kind": node.kind, "label": node.label, "note": node.note, "title": node.title,
            "impact": node.letter or None, "dashed": node.dashed, "count": node.count,
        }
        for node in drawn.nodes
    ]  # fmt: skip
    edges = [
        {"source": edge.source, "target": edge.target, "title": edge.title, "dashed": edge.dashed}
        for edge in drawn.edges
    ]
    return {
        "identity": about.subject.arn,
        "snapshot": about.snapshot.manifest.id,
        "grouped": drawn.grouped,
        "not_read": list(drawn.unread),
        "nodes": nodes,
        "edges": edges,
    }


def path_rows(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """By the names of COLUMNS."""
    for node in record["nodes"]:
        yield {"row": "node", **node}
    for edge in record["edges"]:
        yield {"row": "edge", **edge}


def path_svg(about: About, drawn: Picture) -> str:
    """Stands alone: its styles are in it."""
    context = {"drawing": drawing(drawn), "title": printable(about.subject.arn), "file": True}
    return render_to_string("identities/path.svg", context)
