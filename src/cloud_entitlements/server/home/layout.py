"""Where each node of the picture stands, left to right: the same drawing in a browser, as SVG and on paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cloud_entitlements.server.home.grouping import BETWEEN
from cloud_entitlements.server.home.nodes import Node
from cloud_entitlements.server.home.picture import Picture

CHIP = 24
"""Side of a node."""
ROW, GAP, MARGIN = 30.0, 4.0, 16.0
_CELL = 7.2
"""Width of a character of a label, about."""
_ORGANIZATIONS, _ACCOUNTS = 4.0, 168.0
_STEP, _GROUP_STEP = 30.0, 70.0
TOP = MARGIN + CHIP / 2
OF_ACCOUNTS = ("account", "directory", "accounts")


@dataclass(frozen=True, slots=True)
class Placed:
    node: Node
    x: float
    """Of its middle, as y."""
    y: float
    label: str
    """Beside it; shortened to the room there."""

    @property
    def left(self) -> float:
        return self.x - CHIP / 2

    @property
    def top(self) -> float:
        return self.y - CHIP / 2

    @property
    def label_left(self) -> float:
        return self.x + CHIP / 2 + 6

    @property
    def label_width(self) -> float:
        return round(cells(self.label) * _CELL + 2, 1)

    @property
    def sign(self) -> str:
        """What stands on the node itself."""
        return f"{self.node.letter}+" if self.node.least and self.node.letter else self.node.letter or "?"


@dataclass(frozen=True, slots=True)
class Line:
    """From a parent, around the corner, to a child."""

    parent: str
    child: str
    x: float
    y: float
    turn: float
    to_x: float
    to_y: float


@dataclass(frozen=True, slots=True)
class Layout:
    placed: Sequence[Placed]
    lines: Sequence[Line]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Widths:
    whole: float = 1080
    account: float = 230
    """Of an account with its name."""

    @property
    def beginning(self) -> float:
        """Of its identities."""
        return _ACCOUNTS + CHIP + self.account


WIDE = Widths()
NARROW = Widths(whole=880, account=180)
_COLUMNS = ((12, 1), (60, 2))
"""So many identities with their names stand in so many columns; more in three."""


def layout(drawn: Picture, widths: Widths = WIDE) -> Layout:
    """Accounts below each other, their identities beside them; those of a single account with their names, in columns."""
    alone = sum(1 for one in drawn.nodes if one.kind in OF_ACCOUNTS) == 1
    placed = list(_columns(drawn.nodes, widths) if alone else _rows(drawn.nodes, widths))
    placed += list(_organizations(drawn.nodes, placed))
    at = {one.node.id: one for one in placed}
    lines = [_line(at[one.node.parent], one) for one in placed if one.node.parent in at]
    if alone:  # a line to the second column would run through the names of the first
        lines = [one for one in lines if one.to_x <= widths.beginning + CHIP]
    height = max((one.y for one in placed), default=0) + CHIP / 2 + MARGIN / 2
    return Layout(placed, lines, widths.whole, height)


def _rows(nodes: Sequence[Node], widths: Widths) -> Iterator[Placed]:
    y, x = TOP - ROW - GAP, widths.beginning
    for one in nodes:
        if one.kind in OF_ACCOUNTS:
            y, x = y + ROW + GAP, widths.beginning
            yield _account(one, y, widths)
        elif one.kind != "organization":
            step, label = (
                (_GROUP_STEP, f"\N{MULTIPLICATION SIGN}{one.count}")
                if one.kind == "identities"
                else (_STEP, "")
            )
            if x + step - _STEP + CHIP > widths.whole and x > widths.beginning:
                y, x = y + ROW, widths.beginning
            yield Placed(one, x + CHIP / 2, y, label)
            x += step


def _columns(nodes: Sequence[Node], widths: Widths) -> Iterator[Placed]:
    those = [one for one in nodes if one.kind in ("identity", "identities")]
    columns = next((count for most, count in _COLUMNS if len(those) <= most), 3)
    wide, deep = (widths.whole - widths.beginning) / columns, -(-len(those) // columns)
    yield from (_account(one, TOP, widths) for one in nodes if one.kind in OF_ACCOUNTS)
    for number, one in enumerate(those):
        column, row = divmod(number, deep)
        x = widths.beginning + column * wide + CHIP / 2
        yield Placed(one, x, TOP + row * ROW, shortened(one.name, wide - CHIP - 28))


def _organizations(nodes: Sequence[Node], placed: Sequence[Placed]) -> Iterator[Placed]:
    """Each beside the first of its accounts, which is the gravest and in sight."""
    tops: dict[str, float] = {}
    for one in placed:
        tops.setdefault(one.node.parent, one.y)
    for node in nodes:
        if node.kind == "organization":
            label = shortened(node.name, _ACCOUNTS - _ORGANIZATIONS - CHIP - 12)
            yield Placed(node, _ORGANIZATIONS + CHIP / 2, tops.get(node.id, TOP), label)


def _account(one: Node, y: float, widths: Widths) -> Placed:
    return Placed(one, _ACCOUNTS + CHIP / 2, y, shortened(_account_label(one), widths.account - 12))


def _account_label(one: Node) -> str:
    """Of accounts of a unit also where they are, but for the root, which says nothing."""
    if one.kind != "accounts":
        return one.name
    name = one.name.partition(",")[0]
    return f"{name}, {one.detail}" if BETWEEN in one.detail else name


def _line(parent: Placed, child: Placed) -> Line:
    """To an account around a corner; to an identity from where its account's name ends."""
    if child.node.kind in OF_ACCOUNTS:
        return Line(parent.node.id, child.node.id, parent.x, parent.y, child.left - 8, child.x, child.y)
    end = min(parent.label_left + cells(parent.label) * _CELL, child.left - 12)
    return Line(parent.node.id, child.node.id, end, parent.y, end, child.x, child.y)


def shortened(text: str, room: float) -> str:
    """To so many pixels, about; in the middle, where names differ least."""
    most = int(room / _CELL)
    if cells(text) <= most:
        return text
    head, tail = _first(text, most - most // 2 - 1), _first(text[::-1], most // 2)[::-1]
    return f"{head}…{tail}"


def _first(text: str, most: int) -> str:
    """As much of it as `most` cells hold."""
    wide = accumulate(map(cells, text))
    return text[: sum(1 for one in wide if one <= most)]


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
