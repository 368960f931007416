"""Where the nodes and edges of an access path stand in an SVG: columns from left to right, a lane for each service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category, east_asian_width

from cloud_entitlements.server.identities.picture import Edge, Kind, Node, Picture

HEIGHT, PITCH, TOP = 34, 44, 34
GAP, GATE, BAR = 40, 110, 10
WIDTHS: Mapping[Kind, int] = {
    "caller": 148,
    "identity": 142,
    "group": 120,
    "policy": 190,
    "service": 160,
    "stopped": 160,
}
_COLUMNS: tuple[Kind, ...] = ("caller", "identity", "group", "policy")
HEADINGS: Mapping[Kind, str] = {
    "caller": "Who gets here",
    "identity": "Identity",
    "group": "Groups",
    "policy": "Policies",
    "gate": "What limits it",
    "service": "Services",
}
_LETTER, _MARGIN, _CHARACTER, _SMALL = 30, 9, 8.0, 6.5
"""Widths of characters are those of a wide font: which one the reader has is not known here."""


@dataclass(frozen=True, slots=True)
class Box:
    node: Node
    x: float
    y: float
    width: float
    height: float
    label: str
    """Cut in the middle to what the box has room for."""
    note: str
    text: float
    """Where the label begins."""
    title: str

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def letter(self) -> float:
        """Where the impact's letter stands."""
        return self.x + 12

    @property
    def first(self) -> float:
        """Base line of the label, and below of the note."""
        return self.y + (14 if self.note else 21)

    @property
    def second(self) -> float:
        return self.y + 27


@dataclass(frozen=True, slots=True)
class Curve:
    path: str
    dashed: bool
    stopped: bool
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A gate: every lane crosses it."""

    node: Node
    x: float
    y: float
    height: float
    lines: Sequence[str]
    """Its name above it."""
    note: str
    stops: Sequence[float]
    """Heights of the lanes that end here."""
    title: str

    @property
    def middle(self) -> float:
        return self.x + BAR / 2


@dataclass(frozen=True, slots=True)
class Heading:
    words: str
    x: float


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    before: Sequence[Box]
    """In the order in which they are walked by keyboard: up to the policies, then the bars, then what is left."""
    after: Sequence[Box]
    curves: Sequence[Curve]
    bars: Sequence[Bar]
    headings: Sequence[Heading]


def drawing(picture: Picture) -> Drawing:
    rows = [*picture.of("service"), *picture.of("stopped")]
    columns = [(kind, nodes) for kind in _COLUMNS if (nodes := picture.of(kind))]
    gates = picture.of("gate")
    top = TOP + (30 if gates else 0)
    height = top + PITCH * max([1, len(rows), *(len(nodes) for _, nodes in columns)])
    boxes: dict[str, Box] = {}
    headings: list[Heading] = []
    x = 2.0
    for kind, nodes in columns:
        headings.append(Heading(HEADINGS[kind], x))
        boxes |= {box.node.id: box for box in _column(nodes, x, WIDTHS[kind], top, height)}
        x += WIDTHS[kind] + GAP
    lanes, zone = x, GATE * len(gates)
    if gates:
        headings.append(Heading(HEADINGS["gate"], x))
        x += zone + GAP / 2
    headings.append(Heading(HEADINGS["service"], x))
    left = list(_column(rows, x, WIDTHS["service"], top, height))
    before = list(boxes.values())
    boxes |= {box.node.id: box for box in left}
    bars = [_bar(node, lanes + GATE * number, top, height, boxes) for number, node in enumerate(gates)]
    curves = list(_curves(picture, boxes, lanes, {one.node.id: one for one in bars}))
    return Drawing(x + WIDTHS["service"] + 4, height + 4, before, left, curves, bars, headings)


def _column(nodes: Sequence[Node], x: float, width: int, top: float, bottom: float) -> Iterator[Box]:
    start = top + (bottom - top - PITCH * len(nodes)) / 2
    for number, node in enumerate(nodes):
        text = _LETTER if node.letter else _MARGIN
        room = width - text - _MARGIN
        yield Box(
            node,
            x,
            start + PITCH * number + (PITCH - HEIGHT) / 2,
            width,
            HEIGHT,
            cut(node.label, int(room / _CHARACTER)),
            cut(node.note, int(room / _SMALL)),
            x + text,
            printable(node.title),
        )


def _bar(node: Node, x: float, top: float, bottom: float, boxes: Mapping[str, Box]) -> Bar:
    stops = [box.middle for id_, box in boxes.items() if id_ == f"stopped:{node.id}"]
    place = x + (GATE - BAR) / 2
    return Bar(node, place, top, bottom - top, _wrapped(node.label), node.note, stops, printable(node.title))


def _wrapped(label: str) -> Sequence[str]:
    """Two lines at most."""
    most = int(GATE / _CHARACTER)
    lines: list[str] = [""]
    for word in label.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [cut(one, most) for one in (lines if len(lines) <= 2 else [lines[0], " ".join(lines[1:])])]  # noqa: PLR2004


def _curves(
    picture: Picture, boxes: Mapping[str, Box], lanes: float, bars: Mapping[str, Bar]
) -> Iterator[Curve]:
    into: dict[str, list[Edge]] = defaultdict(list)
    for edge in picture.edges:
        source, target = boxes[edge.source], boxes[edge.target]
        start, title = source.x + source.width, printable(edge.title)
        stopped = target.node.kind == "stopped"
        if target.node.kind not in ("service", "stopped"):
            yield Curve(_bend(start, source.middle, target.x, target.middle), edge.dashed, stopped, title)
            continue
        into[edge.target].append(edge)
        yield Curve(_bend(start, source.middle, lanes, target.middle), edge.own, stopped, title)
    for id_, edges in into.items():
        yield from _lane(boxes[id_], edges, lanes, bars, picture.open_from[id_])


def _lane(
    target: Box, edges: Sequence[Edge], start: float, bars: Mapping[str, Bar], opens: str
) -> Iterator[Curve]:
    """Through the gates, solid as long as no condition decides all of it."""
    stopped, title = target.node.kind == "stopped", printable(target.node.title)
    end = bars[target.node.id.partition(":")[2]].x if stopped else target.x
    own = all(one.own for one in edges)
    turn = start if own else (bars[opens].x if opens in bars else end)
    for x, to_x, dashed in ((start, min(turn, end), False), (max(start, turn), end, True)):
        if to_x > x:
            yield Curve(f"M{_told(x)} {_told(target.middle)} H{_told(to_x)}", dashed, stopped, title)


def _bend(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (x + to_x) / 2
    return f"M{_told(x)} {_told(y)} C{_told(half)} {_told(y)} {_told(half)} {_told(to_y)} {_told(to_x)} {_told(to_y)}"


def _told(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def cut(text: str, most: int) -> str:
    """In the middle, for both ends tell; wide characters count twice."""
    plain = printable(text)
    if _wide(plain) <= most:
        return plain
    head, tail = plain[:most], plain[-most:]  # a character is one wide at least
    while _wide(head) > (most - 1) * 2 // 3:
        head = head[:-1]
    while _wide(tail) > most - 1 - _wide(head):
        tail = tail[1:]
    return f"{head}…{tail}"


def printable(text: str) -> str:
    """What XML can't hold, and what nobody can see, is shown as a mark."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if category(one) in ("Cc", "Cs", "Cn") else one for one in text
    )


def _wide(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)
