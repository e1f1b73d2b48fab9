"""What each treatment gains against what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import drawing, line, tag, text
from bartizan.report.numbers import points

WIDTH, HEIGHT = 560.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 14.0, 14.0, 40.0
SHAPES = (
    "M-5 -5H5V5H-5Z",
    "M0 -6L6 5H-6Z",
    "M0 -6.5L6.5 0L0 6.5L-6.5 0Z",
    "M-5.5 0A5.5 5.5 0 1 0 5.5 0A5.5 5.5 0 1 0 -5.5 0Z",
)


@dataclass(frozen=True)
class Trade:
    """One treatment on one finding. Differences of shares; below zero is good for `rate`, bad for `accuracy`."""

    treatment: str
    finding: str
    accuracy: float
    rate: float


def trade_off(trades: Sequence[Trade]) -> Markup:
    """Left: it costs accuracy. Down: the rate fell. The best place is bottom right."""
    xs, ys = [t.accuracy for t in trades], [t.rate for t in trades]
    x = Scale(min(-0.02, *xs) * 1.15, max(0.01, *xs) * 1.15, LEFT, WIDTH - RIGHT)
    y = Scale(min(-0.1, *ys) * 1.1, max(0.1, *ys) * 1.1, HEIGHT - BOTTOM, TOP)
    names = list(dict.fromkeys(t.treatment for t in trades))
    marks = [*_grid(x, y), *_names()]
    for t in trades:
        shape = _shape(names.index(t.treatment), _words(t))
        marks.append(tag("g", shape, transform=f"translate({x(t.accuracy):.1f} {y(t.rate):.1f})"))
    return drawing(WIDTH, HEIGHT, "; ".join(_words(t) for t in trades), *marks)


def key(names: Sequence[str]) -> Markup:
    """The shapes and whose they are."""
    return tag("ul", *(tag("li", _sample(i), name) for i, name in enumerate(names)), class_="legend")


def _sample(i: int) -> Markup:
    return tag("svg", _shape(i), viewBox="-8 -8 16 16", width=14, height=14, aria_hidden="true")


def _shape(i: int, words: str = "") -> Markup:
    title = [tag("title", words)] if words else []
    return tag("path", *title, d=SHAPES[i % len(SHAPES)], class_=f"mark m{i % len(SHAPES)}")


def _words(t: Trade) -> str:
    return f"{t.treatment} on {t.finding}: rate {points(t.rate)}, accuracy {points(t.accuracy)}"


def _grid(x: Scale, y: Scale) -> list[Markup]:
    base, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    marks: list[Markup] = []
    for v in x.ticks(6):
        marks += [line(x(v), TOP, x(v), base, "grid"), text(x(v), base + 15, _signed(v), "tick", "middle")]
    for v in y.ticks(6):
        marks += [line(LEFT, y(v), right, y(v), "grid"), text(LEFT - 6, y(v) + 3.5, _signed(v), "tick", "end")]
    return [*marks, line(x(0), TOP, x(0), base, "zero"), line(LEFT, y(0), right, y(0), "zero")]


def _names() -> list[Markup]:
    across = text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "change of clean accuracy (points)", "axis-name", "middle")
    up = text(0, 0, "change of the rate (points)", "axis-name", "middle")
    return [across, tag("g", up, transform=f"translate(13 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)")]


def _signed(value: float) -> str:
    return f"{100 * value:+.3g}".replace("-", "−") if value else "0"
