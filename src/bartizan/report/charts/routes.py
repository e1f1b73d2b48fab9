"""How flows run between the parts on the map: beside the boxes where they can, apart from each other always."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bartizan.report.charts.svg import number
from bartizan.report.charts.zones import Edge

BOX = 60.0
APART = 20.0
BELOW = 26.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """Where a part is drawn: its upper left corner and its width; every box is `BOX` high."""

    x: float
    y: float
    width: float

    @property
    def middle(self) -> Point:
        """The centre of its box."""
        return self.x + self.width / 2, self.y + BOX / 2


@dataclass(frozen=True)
class Route:
    """A cubic curve by its four points."""

    points: tuple[Point, Point, Point, Point]

    @property
    def path(self) -> str:
        """As the `d` of a path."""
        return "M{} {}C{} {} {} {} {} {}".format(*(number(v) for point in self.points for v in point))

    @property
    def middle(self) -> Point:
        """The point half-way in the curve's parameter."""
        a, b, c, d = self.points
        return (a[0] + 3 * b[0] + 3 * c[0] + d[0]) / 8, (a[1] + 3 * b[1] + 3 * c[1] + d[1]) / 8

    @property
    def back(self) -> Route:
        """The same curve run the other way."""
        a, b, c, d = self.points
        return Route((d, c, b, a))


def routes_of(edges: Sequence[Edge], spots: Mapping[str, Spot]) -> list[Route]:
    """One route for each edge. Several between the same two parts run side by side."""
    pairs: dict[frozenset[str], list[int]] = defaultdict(list)
    for i, e in enumerate(edges):
        pairs[frozenset((e.source, e.to))].append(i)
    shift = {i: APART * (k - (len(p) - 1) / 2) for p in pairs.values() for k, i in enumerate(p)}
    columns = sorted({s.x for s in spots.values()})
    return [_route(spots[e.source], spots[e.to], shift[i], columns) for i, e in enumerate(edges)]


def _route(a: Spot, b: Spot, shift: float, columns: Sequence[float]) -> Route:
    """Drawn from the upper to the lower part (or left to right), then turned to run the right way."""
    if (b.y, b.x) < (a.y, a.x):
        return _route(b, a, shift, columns).back
    if a.x == b.x:
        return _down(a, b, shift)
    if a.y == b.y:
        far = columns.index(b.x) - columns.index(a.x) > 1
        return _under(a, b, shift) if far else _across(a, b, shift)
    return _corner(a, b, shift)


def _down(a: Spot, b: Spot, shift: float) -> Route:
    (ax, ay), (bx, by) = a.middle, b.middle
    start, end = (ax + shift, ay + BOX / 2), (bx + shift, by - BOX / 2)
    return Route((start, start, end, end))


def _across(a: Spot, b: Spot, shift: float) -> Route:
    start, end = (a.x + a.width, a.middle[1] + shift), (b.x, b.middle[1] + shift)
    return Route((start, start, end, end))


def _under(a: Spot, b: Spot, shift: float) -> Route:
    start, end = (a.middle[0] + shift, a.y + BOX), (b.middle[0] + shift, b.y + BOX)
    return Route((start, (start[0], start[1] + BELOW), (end[0], end[1] + BELOW), end))


def _corner(a: Spot, b: Spot, shift: float) -> Route:
    """Along the row of the upper part `a`, then down into the top of `b`."""
    right = b.x > a.x
    start = (a.x + a.width if right else a.x, a.middle[1] + shift)
    end = (b.middle[0] - (shift if right else -shift), b.y)
    return Route((start, (end[0], start[1]), (end[0], start[1]), end))
