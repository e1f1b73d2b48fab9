"""The system with its trust boundaries: the world outside above, a band for each zone, numbered flows between."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.routes import BOX, Route, Spot, routes_of
from bartizan.report.charts.svg import drawing, rect, tag, text
from bartizan.report.charts.zones import KINDS, OUTSIDE, Edge, Node, Zone

WIDTH = 960.0
ROW, PAD, GAP, HEAD = BOX + 30.0, 26.0, 30.0, 26.0
SIDE, FIRST, INDENT = 18.0, 20.0, 10.0
LETTER = 6.6  # the mean width of a letter of a part's name
TITLES = {"interface": "Interfaces", "software": "Software", "model": "Models", "data": "Data", "hardware": "Hardware"}


@dataclass(frozen=True)
class Frame:
    """A zone with its place on the paper."""

    zone: Zone
    x: float
    top: float
    width: float
    bottom: float


def system_map(zones: Sequence[Zone], edges: Sequence[Edge], levels: Mapping[str, str]) -> Markup:
    """Draw the zones. `levels` says for each id its highest exposure: low, medium, high or unknown."""
    kinds = [k for k in KINDS if k == OUTSIDE or any(n.kind == k for z in zones for n in z.nodes)]
    column = (WIDTH - 2 * SIDE) / len(kinds)
    outer = _outer(zones, edges, kinds, column)
    inner = _inner([z for z in zones if not z.outside], outer, kinds, column)
    frames = [*(frame for frame, _ in outer), *(frame for frame, _ in inner)]
    spots = {id: spot for _, placed in (*outer, *inner) for id, spot in placed.items()}
    placed = [(i, e) for i, e in enumerate(edges, 1) if e.source in spots and e.to in spots]
    routes = routes_of([e for _, e in placed], spots)
    marks = [_band(f) for f in frames]
    marks += [_title(i, k, column) for i, k in enumerate(kinds) if k in TITLES]
    marks += [_line(e, r) for (_, e), r in zip(placed, routes, strict=True)]
    marks += [m for f in frames for m in _name(f, column)]
    marks += [m for z in zones for n in z.nodes for m in _node(n, spots[n.id], levels.get(n.id, ""))]
    marks += [m for (i, e), r in zip(placed, routes, strict=True) for m in _badge(i, e, r)]
    label = f"{len(spots)} parts in {len(zones)} zones of trust, {len(placed)} flows; listed in the table below"
    height = max((f.bottom for f in frames), default=0.0) + 8
    return drawing(WIDTH, height, label, *marks, class_="chart map")


Placed = list[tuple[Frame, dict[str, Spot]]]


def _outer(zones: Sequence[Zone], edges: Sequence[Edge], kinds: Sequence[str], column: float) -> Placed:
    """The zones outside share the top row, each near what it reaches."""
    kind_of = {n.id: n.kind for z in zones for n in z.nodes}
    beyond = sorted((z for z in zones if z.outside), key=lambda z: _nearest(z, edges, kind_of, kinds))
    found: Placed = []
    for i, zone in enumerate(beyond):
        start, end = i * len(kinds) // len(beyond), (i + 1) * len(kinds) // len(beyond)
        rows = len(zone.nodes)
        bottom = FIRST + HEAD + rows * ROW + PAD - (ROW - BOX)
        x = 4 if start == 0 else SIDE + start * column
        right = WIDTH - 4 if end == len(kinds) else SIDE + end * column - GAP / 2
        places = {n.id: _spot(start, j, FIRST, column) for j, n in enumerate(zone.nodes)}
        found.append((Frame(zone, x, FIRST, right - x, bottom), places))
    return found


def _nearest(zone: Zone, edges: Sequence[Edge], kind_of: Mapping[str, str], kinds: Sequence[str]) -> int:
    ids = {n.id for n in zone.nodes}
    ends = [e.to if e.source in ids else e.source for e in edges if {e.source, e.to} & ids]
    return min((kinds.index(kind_of[end]) for end in ends if end in kind_of), default=0)


def _inner(zones: Sequence[Zone], outer: Placed, kinds: Sequence[str], column: float) -> Placed:
    """One band for each zone, a column for each kind; the first column is free for the name of the zone."""
    top = max((frame.bottom + GAP for frame, _ in outer), default=FIRST)
    found: Placed = []
    for zone in zones:
        rows = max(sum(n.kind == k for n in zone.nodes) for k in kinds)
        bottom = top + HEAD + rows * ROW + PAD - (ROW - BOX)
        spots = {
            n.id: _spot(i, j, top, column)
            for i, kind in enumerate(kinds)
            for j, n in enumerate(n for n in zone.nodes if n.kind == kind)
        }
        found.append((Frame(zone, 4, top, WIDTH - 8, bottom), spots))
        top = bottom + GAP
    return found


def _spot(i: int, j: int, top: float, column: float) -> Spot:
    return Spot(SIDE + i * column + INDENT, top + HEAD + j * ROW, column - 44)


def _band(frame: Frame) -> Markup:
    kind = "zone beyond" if frame.zone.outside else "zone"
    return rect(frame.x, frame.top, frame.width, frame.bottom - frame.top, kind, rx=10)


def _name(frame: Frame, column: float) -> list[Markup]:
    """Outside over its parts, else in the free first column: where no flow runs."""
    names = " and ".join(frame.zone.boundaries)
    if frame.zone.outside:
        return [text(frame.x + 12, frame.top + 17, f"Beyond: {names or 'no boundary described'}", "zone-name")]
    said = f"Bounded by: {names}" if names else "No boundary described"
    lines = textwrap.wrap(said, int((column - 24) / LETTER))
    return [text(16, frame.top + HEAD + 12 + 15 * i, words, "zone-name") for i, words in enumerate(lines)]


def _title(i: int, kind: str, column: float) -> Markup:
    return text(SIDE + i * column + INDENT, 12, TITLES[kind], "column-name")


def _node(node: Node, spot: Spot, level: str) -> list[Markup]:
    most = int(spot.width / LETTER)
    marks = [
        tag("title", f"{node.id}: {', '.join(node.detail)}" if node.detail else node.id),
        rect(spot.x, spot.y, spot.width, BOX, f"node {node.kind} exposed-{level or 'none'}", rx=6),
        text(spot.x + 10, spot.y + 19, _cut(node.name, most - 3), "node-name"),
    ]
    marks += [text(spot.x + 10, spot.y + 35 + 14 * i, _cut(d, most), "tick") for i, d in enumerate(node.detail)]
    if level:
        sign = {"low": "●○○", "medium": "●●○", "high": "●●●"}.get(level, "?")
        marks.append(text(spot.x + spot.width - 8, spot.y + 17, sign, f"node-level l-{level}", "end"))
    return [tag("g", *marks)]


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: max(most - 1, 1)].rstrip(" ,") + "…"


def _line(edge: Edge, route: Route) -> Markup:
    return tag("path", d=route.path, class_="flow crossing" if edge.crosses else "flow", marker_end="url(#arrow)")


def _badge(i: int, edge: Edge, route: Route) -> list[Markup]:
    x, y = route.middle
    kind, written = ("badge crossing", "badge-text strong") if edge.crosses else ("badge", "badge-text")
    return [tag("circle", cx=x, cy=y, r=9, class_=kind), text(x, y + 3.6, str(i), written, "middle")]
