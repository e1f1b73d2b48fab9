"""The system with its trust boundaries: one band for each zone, numbered flows between the parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from bartizan.report.charts.routes import BOX, Route, Spot, routes_of
from bartizan.report.charts.svg import drawing, rect, tag, text
from bartizan.report.charts.zones import KINDS, Edge, Node, Zone

WIDTH = 960.0
ROW, PAD, GAP, HEAD = 76.0, 24.0, 26.0, 26.0
SIDE = 18.0
TITLES = {"outside": "Outside", "interface": "Interfaces", "software": "Software", "model": "Models", "data": "Data"}
TITLES |= {"hardware": "Hardware"}


def system_map(zones: Sequence[Zone], edges: Sequence[Edge], levels: Mapping[str, str]) -> Markup:
    """Draw the zones. `levels` says for each id its highest exposure: low, medium, high or unknown."""
    kinds = [k for k in KINDS if any(n.kind == k for z in zones for n in z.nodes)]
    spots, bands, height = _layout(zones, kinds)
    marks = [m for zone, (top, bottom) in zip(zones, bands, strict=True) for m in _band(zone, top, bottom)]
    marks += [_title(i, k, len(kinds)) for i, k in enumerate(kinds)]
    placed = [(i, e) for i, e in enumerate(edges, 1) if e.source in spots and e.to in spots]
    routes = routes_of([e for _, e in placed], spots)
    marks += [_line(e, r) for (_, e), r in zip(placed, routes, strict=True)]
    marks += [m for z in zones for n in z.nodes for m in _node(n, spots[n.id], levels.get(n.id, ""))]
    marks += [m for (i, e), r in zip(placed, routes, strict=True) for m in _badge(i, e, r)]
    label = f"{len(spots)} parts in {len(zones)} zones of trust, {len(placed)} flows; listed in the table below"
    return drawing(WIDTH, height, label, *marks, class_="chart map")


def _layout(zones: Sequence[Zone], kinds: Sequence[str]) -> tuple[dict[str, Spot], list[tuple[float, float]], float]:
    column = (WIDTH - 2 * SIDE) / max(len(kinds), 1)
    spots: dict[str, Spot] = {}
    bands, top = [], 26.0
    for zone in zones:
        rows = max(sum(n.kind == k for n in zone.nodes) for k in kinds)
        bottom = top + HEAD + rows * ROW + PAD - (ROW - BOX)
        for i, kind in enumerate(kinds):
            for j, node in enumerate(n for n in zone.nodes if n.kind == kind):
                spots[node.id] = Spot(SIDE + i * column + 10, top + HEAD + j * ROW, column - 44)
        bands.append((top, bottom))
        top = bottom + GAP
    return spots, bands, top - GAP + 8


def _band(zone: Zone, top: float, bottom: float) -> list[Markup]:
    names = " and ".join(zone.boundaries)
    said = f"Outside ({names or 'no boundary described'})" if zone.outside else f"Bounded by {names}"
    kind = "zone beyond" if zone.outside else "zone"
    return [
        rect(4, top, WIDTH - 8, bottom - top, kind, rx=10),
        text(16, top + 16, said if names or zone.outside else "No boundary described", "zone-name"),
    ]


def _title(i: int, kind: str, columns: int) -> Markup:
    column = (WIDTH - 2 * SIDE) / columns
    return text(SIDE + i * column + 10, 14, TITLES[kind], "column-name")


def _node(node: Node, spot: Spot, level: str) -> list[Markup]:
    most = int(spot.width / 6.6)
    box = rect(spot.x, spot.y, spot.width, BOX, f"node {node.kind} exposed-{level or 'none'}", rx=6)
    marks = [
        tag("title", f"{node.id}: {node.detail}" if node.detail else node.id),
        box,
        text(spot.x + 10, spot.y + 19, _cut(node.id, most - 2), "node-name"),
        text(spot.x + 10, spot.y + 36, _cut(node.detail, most), "tick"),
    ]
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
