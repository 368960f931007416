"""The picture as it is drawn: its nodes in their places, the same as a tree, and as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cloud_entitlements.server.home.focus import Focus
from cloud_entitlements.server.home.layout import OF_ACCOUNTS, WIDE, Layout, Placed, Widths, layout
from cloud_entitlements.server.home.nodes import PATH, Node
from cloud_entitlements.server.home.picture import WHOLE, Limits, Picture, picture
from cloud_entitlements.server.home.scope import Scope


@dataclass(frozen=True, slots=True)
class Branch:
    """A node with what is below it, for those who read the picture as a list."""

    node: Node
    below: Sequence[Branch]
    open: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    picture: Picture
    layout: Layout
    source: str
    """Where it is as JSON."""

    @property
    def tree(self) -> list[Branch]:
        alone = sum(1 for one in self.picture.nodes if one.kind in OF_ACCOUNTS) == 1
        return _branches("", self._below(), alone=alone)

    def _below(self) -> Mapping[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for one in self.picture.nodes:
            found.setdefault(one.parent, []).append(one)
        return found

    def record(self) -> dict[str, Any]:
        """`turn` of an edge: where its line bends, from the left; without it the edge is not drawn."""
        turns = {one.child: {"turn": one.turn} for one in self.layout.lines}
        return {
            "width": self.layout.width,
            "height": self.layout.height,
            "accounts": self.picture.accounts,
            "identities": self.picture.identities,
            "grouped_accounts": self.picture.grouped_accounts,
            "grouped_identities": self.picture.grouped_identities,
            "unread_accounts": self.picture.unread,
            "nodes": [_record(one) for one in self.layout.placed],
            "edges": [
                {"from": parent, "to": child, **turns.get(child, {})} for parent, child in self.picture.edges
            ],
        }


def _record(one: Placed) -> dict[str, Any]:
    tally: dict[str, int | None] = asdict(one.node.tally)
    if not one.node.letter:  # never read, and so none of it is 0
        tally = dict.fromkeys(tally)
    told = {name: value for name, value in asdict(one.node).items() if name != "tally"}
    return {
        **told,
        **tally,
        "sign": one.sign,
        "label": one.label,
        "title": title(one.node),
        "x": one.x,
        "y": one.y,
    }


def title(one: Node) -> str:
    """What a node is, in a line."""
    tally = one.tally
    told = (
        [] if one.kind == "identity" else [f"{tally.identities} identities"] if one.letter else ["never read"]
    )
    told += [
        f"{count} {name}"
        for name, count in (("high", tally.high), ("medium", tally.medium), ("low", tally.low))
        if count
    ]
    what = " ".join(filter(None, (one.type, one.name, "" if one.kind == "identity" else one.detail)))
    impact = f"impact {one.letter}{' or more' if one.least else ''}" if one.letter else "impact unknown"
    return ", ".join([what, impact, *told])


def drawing(
    scope: Scope, focus: Focus, limits: Limits = WHOLE, widths: Widths = WIDE, page: str = PATH
) -> Drawing:
    found = picture(scope, focus, limits, page)
    on = {"on": "home"} if page != PATH else {}
    return Drawing(found, layout(found, widths), scope.address(f"{PATH}nodes.json", **focus.query(), **on))


def _branches(parent: str, below: Mapping[str, list[Node]], *, alone: bool) -> list[Branch]:
    return [
        Branch(one, _branches(one.id, below, alone=alone), alone or one.kind == "organization")
        for one in below.get(parent, [])
    ]
