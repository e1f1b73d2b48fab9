"""A measured quantity against what was put in: records poisoned, queries asked, the size of a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Frame
from bartizan.report.charts.scale import Scale, roof
from bartizan.report.charts.svg import line, path, tag
from bartizan.report.numbers import percent, short


@dataclass(frozen=True)
class Point:
    """One measurement: where (`x`), how much, and its interval."""

    x: float
    value: float
    low: float
    high: float


def point_curves(curves: Sequence[tuple[str, Sequence[Point]]], x_name: str, tolerance: float | None = None) -> Markup:
    """One line for each named curve, every point with its whisker. The x axis is logarithmic over two decades."""
    every = [p for _, points in curves for p in points]
    shares = all(abs(p.value) <= 1.0001 for p in every)
    frame = _frame(every, x_name, shares, tolerance)
    marks: list[Markup] = []
    if tolerance is not None and shares:
        marks.append(line(LEFT, frame.y(tolerance), WIDTH - RIGHT, frame.y(tolerance), "limit"))
    for i, (_, points) in enumerate(curves):
        marks += _curve(frame, sorted(points, key=lambda p: p.x), i)
    return frame.draw(_words(curves, x_name), *marks)


def _frame(points: Sequence[Point], x_name: str, shares: bool, tolerance: float | None) -> Frame:
    xs = sorted(p.x for p in points)
    log = xs[0] > 0 and xs[-1] / xs[0] >= 50
    pad = 0.0 if log or xs[0] == xs[-1] else 0.04 * (xs[-1] - xs[0])
    low, high = (xs[0] / 1.2, xs[-1] * 1.2) if log else (xs[0] - pad, xs[-1] + pad)
    if low == high:
        low, high = low - 1, high + 1
    x = Scale(low, high, LEFT, WIDTH - RIGHT, log)
    if shares:
        most = max(tolerance or 0.0, *(p.high for p in points))
        return Frame(x, Scale(min(0.0, *(p.low for p in points)), roof(most), HEIGHT - BOTTOM, TOP), x_name)
    bottom, top = min(0.0, *(p.low for p in points)), max(p.high for p in points)
    return Frame(x, Scale(bottom, top if top > bottom else bottom + 1, HEIGHT - BOTTOM, TOP), x_name, shares=False)


def _curve(frame: Frame, points: Sequence[Point], i: int) -> list[Markup]:
    marks = [path([(frame.x(p.x), frame.y(p.value)) for p in points], f"series s{i}")]
    for p in points:
        marks.append(line(frame.x(p.x), frame.y(p.low), frame.x(p.x), frame.y(p.high), f"whisker-thin s{i}"))
        marks.append(tag("circle", cx=frame.x(p.x), cy=frame.y(p.value), r=3.2, class_=f"dot s{i}"))
    return marks


def _words(curves: Sequence[tuple[str, Sequence[Point]]], x_name: str) -> str:
    parts = [f"{name}: " + ", ".join(f"{percent(p.value)} at {short(p.x)}" for p in points) for name, points in curves]
    return f"Against {x_name}. " + "; ".join(parts)
