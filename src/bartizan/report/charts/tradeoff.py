"""What each treatment gains against what it costs, finding by finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.core.finding import Rate
from bartizan.report.charts.scale import Scale, roof
from bartizan.report.charts.svg import drawing, line, path, tag, text
from bartizan.report.numbers import percent, points

COLUMNS = 4
WIDTH, PANEL_W, PANEL_H = 860.0, 215.0, 158.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 16.0, 24.0, 22.0
FOOT = 20.0
APART = 11.0
FEW = 20  # fewer are drawn hollow and counted: two retrainings must not look like a thousand examples
SHAPES = (
    "M-4.5 -4.5H4.5V4.5H-4.5Z",
    "M0 -5.5L5.5 4.5H-5.5Z",
    "M0 -6L6 0L0 6L-6 0Z",
    "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
    "M-5 -1.6H-1.6V-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5Z",
    "M0 5.5L5.5 -4.5H-5.5Z",
    "M-6 -3H6V3H-6Z",
    "M-3 -6H3V6H-3Z",
)
COLOURS = 4


@dataclass(frozen=True)
class Trade:
    """One treatment on one finding: the change of clean accuracy as a share (below zero is a loss), and the rate of
    the finding before and after. floor: where its axis may begin, when nothing measured lies below."""

    treatment: str
    finding: str
    accuracy: float
    before: Rate
    after: Rate
    floor: float = 0.0


def trade_off(trades: Sequence[Trade]) -> Markup:
    """A small plot for each finding that any treatment moved; empty when none did.

    Left: it costs accuracy. Down: the rate fell. The line joins what nothing measured beats in both (the Pareto front).
    """
    moved = [f for f in dict.fromkeys(t.finding for t in trades) if any(_moved(t) for t in trades if t.finding == f)]
    if not moved:
        return Markup("")
    names = list(dict.fromkeys(t.treatment for t in trades))
    xs = [t.accuracy for t in trades]
    x = Scale(min(-0.01, *xs) * 1.25, max(0.005, *xs) * 1.4, LEFT, PANEL_W - RIGHT)
    panels = [_panel(f, [t for t in trades if t.finding == f], names, x) for f in moved]
    rows = -(-len(panels) // COLUMNS)
    placed = [
        tag("g", *marks, transform=f"translate({i % COLUMNS * PANEL_W:g} {i // COLUMNS * PANEL_H:g})")
        for i, marks in enumerate(panels)
    ]
    height = rows * PANEL_H + FOOT
    middle = min(len(panels), COLUMNS) * PANEL_W / 2
    foot = text(middle, height - 4, "across: change of clean accuracy (points); up: rate", "axis-name", "middle")
    return drawing(WIDTH, height, "; ".join(_words(t) for t in trades), *placed, foot, class_="chart trades")


def key(names: Sequence[str]) -> Markup:
    """The shapes and whose they are."""
    described = tag("li", tag("svg", _ring(), viewBox="-8 -8 16 16", width=14, height=14), "as described")
    return tag("ul", described, *(tag("li", _sample(i), name) for i, name in enumerate(names)), class_="legend")


def front(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of (accuracy, rate) pairs those that no other beats: none has more accuracy at no higher rate, or a lower rate
    at no less accuracy. By falling accuracy."""
    best: list[tuple[float, float]] = []
    for accuracy, rate in sorted(set(places), key=lambda p: (-p[0], p[1])):
        if not best or rate < best[-1][1]:
            best.append((accuracy, rate))
    return best


def _moved(t: Trade) -> bool:
    return t.before.value != t.after.value


def _panel(finding: str, trades: Sequence[Trade], names: Sequence[str], x: Scale) -> list[Markup]:
    before = trades[0].before
    top = roof(max(r.high for t in trades for r in (t.before, t.after)))
    floor = trades[0].floor if all(r.low >= trades[0].floor for t in trades for r in (t.before, t.after)) else 0.0
    y = Scale(floor, top, PANEL_H - BOTTOM, TOP)
    few = {r.n for t in trades for r in (t.before, t.after) if r.n < FEW}
    name = f"{finding} (n = {min(few)})" if few else finding
    marks = [text(LEFT, 13, name, "panel-name"), *_grid(x, y)]
    places = [(0.0, before.value), *((t.accuracy, t.after.value) for t in trades)]
    marks.append(path([(x(a), y(r)) for a, r in front(places)], "front"))
    marks += _mark(x(0.0), y, before, _ring(f"as described: {percent(before.value)}"), "s0")
    taken = [(x(0.0), y(before.value))]
    for t in trades:
        i = names.index(t.treatment)
        place = _free((x(t.accuracy), y(t.after.value)), taken)
        marks += _mark(place, y, t.after, _shape(i, _words(t), few=t.after.n < FEW), f"s{i % COLOURS}")
    return marks


def _mark(x: float, y: Scale, rate: Rate, shape: Markup, colour: str) -> list[Markup]:
    marks = [line(x, y(rate.low), x, y(rate.high), f"whisker-thin {colour}")]
    marks.append(tag("g", shape, transform=f"translate({x:.1f} {y(rate.value):.1f})"))
    return marks


def _free(place: tuple[float, float], taken: list[tuple[float, float]]) -> float:
    """The x nearest to that of `place` where its mark covers none that stands there already; kept in `taken`, whose
    first is the model as described: rather further from it than towards it.

    It stays in the panel, and where it is if there is no room: a mark far from its place would be misread.
    """
    away = 1 if place[0] >= taken[0][0] else -1
    steps = (0.0, *(sign * k * APART / 2 for k in range(1, 5) for sign in (away, -away)))
    near = [x for s in steps if LEFT <= (x := place[0] + s) <= PANEL_W - RIGHT / 2]
    free = next((x for x in near if not any(_over((x, place[1]), other) for other in taken)), place[0])
    taken.append((free, place[1]))
    return free


def _over(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < APART and abs(one[1] - other[1]) < APART


def _ring(words: str = "") -> Markup:
    return tag("circle", *([tag("title", words)] if words else []), cx=0, cy=0, r=4.5, class_="dot s0")


def _sample(i: int) -> Markup:
    return tag("svg", _shape(i), viewBox="-8 -8 16 16", width=14, height=14, aria_hidden="true")


def _shape(i: int, words: str = "", *, few: bool = False) -> Markup:
    title = [tag("title", words)] if words else []
    class_ = f"mark m{i % COLOURS}{' few' if few else ''}"
    return tag("path", *title, d=SHAPES[i % len(SHAPES)], class_=class_)


def _words(t: Trade) -> str:
    change = points(t.after.value - t.before.value)
    return f"{t.treatment} on {t.finding}: rate {change}, accuracy {points(t.accuracy)}, n = {t.after.n}"


def _grid(x: Scale, y: Scale) -> list[Markup]:
    base, right = PANEL_H - BOTTOM, PANEL_W - RIGHT
    marks: list[Markup] = []
    for v in x.ticks(3):
        marks.append(text(x(v), base + 13, f"{100 * v:+.3g}".replace("-", "−") if v else "0", "tick", "middle"))
    for v in y.ticks(3):
        marks += [line(LEFT, y(v), right, y(v), "grid"), text(LEFT - 5, y(v) + 3.5, percent(v), "tick", "end")]
    return [*marks, line(x(0), TOP, x(0), base, "zero"), line(LEFT, base, right, base, "axis")]
