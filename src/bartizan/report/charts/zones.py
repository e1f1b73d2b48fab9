"""Which parts of a system trust each other: what is left together when every flow across a boundary is cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

OUTSIDE = "outside"
KINDS = ("outside", "interface", "software", "model", "data", "hardware")
DETAILS = {
    "interface": ("audience", "authentication", "returns"),
    "software": ("artefacts",),
    "model": ("origin", "architecture", "learning"),
    "data": ("origin", "labels", "sensitivity"),
    "hardware": ("place", "isolation"),
}


@dataclass(frozen=True)
class Node:
    """One part of the system: its id, its kind (one of `KINDS`), and a few words on it, one a line."""

    id: str
    kind: str
    detail: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called on the map."""
        return OUTSIDE if self.kind == OUTSIDE else self.id


@dataclass(frozen=True)
class Edge:
    """One flow. `crosses` is empty where it stays within a boundary."""

    source: str
    to: str
    carries: str
    state: str
    crosses: str


@dataclass(frozen=True)
class Zone:
    """Parts that no boundary divides, and the names of the boundaries around them."""

    nodes: tuple[Node, ...]
    boundaries: tuple[str, ...]

    @property
    def outside(self) -> bool:
        """Whether the world outside is in it."""
        return any(n.kind == OUTSIDE for n in self.nodes)


def nodes_of(system: Mapping[str, Any], edges: Iterable[Edge]) -> list[Node]:
    """Every interface and asset, and the outside where something flows from or to it or people reach an interface."""
    assets = system.get("assets") or {}
    parts = [("interface", system.get("interfaces")), ("software", assets.get("software"))]
    parts += [("model", assets.get("models")), ("data", assets.get("data")), ("hardware", assets.get("hardware"))]
    found = [Node(str(p.get("id")), kind, _detail(kind, p)) for kind, items in parts for p in items or ()]
    known = {n.id for n in found}
    ends = dict.fromkeys(end for e in edges for end in (e.source, e.to))
    strangers = [Node(e, "outside" if e == OUTSIDE else "software") for e in ends if e not in known]
    return strangers + found


def edges_of(system: Mapping[str, Any]) -> list[Edge]:
    """The flows as described, and for each interface that no flow joins to its model a request that does."""
    flows = [
        Edge(
            str(f.get("from", f.get("source", "?"))),
            str(f.get("to", "?")),
            str(f.get("carries") or ""),
            str(f.get("state") or "unknown"),
            str(f.get("crosses") or ""),
        )
        for f in system.get("flows") or ()
    ]
    sources = {e.source for e in flows}
    for i in system.get("interfaces") or ():
        if i.get("id") not in sources and i.get("serves"):
            flows.append(Edge(str(i["id"]), str(i["serves"]), "requests (not described as a flow)", "unknown", ""))
    return flows


def parted(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[list[Node], list[Edge]]:
    """The same with one outside for each boundary that is crossed from there: who is beyond the one need not be beyond
    the other."""
    beyond = dict.fromkeys(e.crosses for e in edges if OUTSIDE in (e.source, e.to))
    if len(beyond) < 2:
        return list(nodes), list(edges)
    outer = [Node(_beyond(name), OUTSIDE) for name in beyond]
    moved = [
        replace(e, **{end: _beyond(e.crosses) for end in ("source", "to") if getattr(e, end) == OUTSIDE}) for e in edges
    ]
    return [*outer, *(n for n in nodes if n.id != OUTSIDE)], moved


def _beyond(boundary: str) -> str:
    return f"{OUTSIDE} beyond {boundary}" if boundary else OUTSIDE


def zones_of(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Zone]:
    """Zones: the outside first, the one with the most models last. Parts without flows belong to that last one."""
    group = {n.id: n.id for n in nodes}
    for e in edges:
        if not e.crosses:
            old, new = group[e.source], group[e.to]
            group = {k: new if g == old else g for k, g in group.items()}
    touched = {end for e in edges for end in (e.source, e.to)}
    home = _home(nodes, group, touched)
    for n in nodes:
        if n.id not in touched and n.kind != OUTSIDE:
            group[n.id] = home
    names = dict.fromkeys(group[n.id] for n in nodes)
    zones = [_zone(tuple(n for n in nodes if group[n.id] == g), edges) for g in names]
    return sorted(zones, key=lambda z: (not z.outside, sum(n.kind == "model" for n in z.nodes), len(z.nodes)))


def _home(nodes: Sequence[Node], group: Mapping[str, str], touched: set[str]) -> str:
    models = [group[n.id] for n in nodes if n.kind == "model" and n.id in touched]
    others = [group[n.id] for n in nodes if n.kind != OUTSIDE]
    return next(iter([*models, *others]), OUTSIDE)


def _zone(nodes: tuple[Node, ...], edges: Iterable[Edge]) -> Zone:
    inside = {n.id for n in nodes}
    names = [e.crosses for e in edges if e.crosses and (e.source in inside) != (e.to in inside)]
    return Zone(nodes, tuple(dict.fromkeys(names)))


def _detail(kind: str, part: Mapping[str, Any]) -> tuple[str, ...]:
    words = [str(part[k]).replace("_", " ") for k in DETAILS[kind] if part.get(k) not in (None, "", "unknown", "none")]
    return tuple(words[:2])
