"""Membership: true positives against false positives, both on logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from bartizan.report.charts.frame import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Frame
from bartizan.report.charts.points import Point
from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import line, path, tag
from bartizan.report.numbers import percent

LEAST = 1e-4


@dataclass(frozen=True)
class Curve:
    """False- and true-positive rates of one attack, of equal length."""

    name: str
    fpr: NDArray[np.generic]
    tpr: NDArray[np.generic]


def log_roc(curves: Sequence[Curve], marks: Sequence[Point] = (), at_fpr: float | None = None) -> Markup:
    """The curves, the first one drawn firm, and the diagonal of guessing. marks: of the first curve, the rates with
    their intervals at the false-positive rates (`x`) that were measured. at_fpr: which the finding speaks of."""
    low = _least([c.fpr for c in curves])
    x, y = Scale(low, 1.0, LEFT, WIDTH - RIGHT, True), Scale(low, 1.0, HEIGHT - BOTTOM, TOP, True)
    frame = Frame(x, y, "outsiders falsely accused", x_shares=True)
    drawn = [path([(x(low), y(low)), (x(1.0), y(1.0))], "guess")]
    drawn += [path(_places(c, frame, low), f"series s{i}") for i, c in reversed(list(enumerate(curves)))]
    drawn += [mark for m in marks for mark in _mark(frame, m)]
    if at_fpr:
        drawn += frame.vertical(at_fpr, "budget", "judged here")
    return frame.draw(_words(curves, marks), *drawn)


def _least(rates: Sequence[NDArray[np.generic]]) -> float:
    seen = np.concatenate([np.asarray(r, np.float64) for r in rates]) if rates else np.zeros(0)
    seen = seen[seen > 0]
    return max(LEAST, 10.0 ** np.floor(np.log10(seen.min()))) if len(seen) else 1e-2


def _places(curve: Curve, frame: Frame, low: float) -> list[tuple[float, float]]:
    fpr, tpr = np.asarray(curve.fpr, np.float64), np.asarray(curve.tpr, np.float64)
    order = np.lexsort((tpr, fpr))
    return [(frame.x(a), frame.y(b)) for a, b in zip(fpr[order], tpr[order], strict=True) if a >= low]


def _mark(frame: Frame, m: Point) -> list[Markup]:
    x, y = frame.x(m.x), frame.y(m.value)
    return [
        line(x, frame.y(m.low), x, frame.y(m.high), "whisker-thin s0"),
        tag("circle", cx=x, cy=y, r=3.2, class_="dot s0"),
    ]


def _words(curves: Sequence[Curve], marks: Sequence[Point]) -> str:
    names = ", ".join(c.name for c in curves)
    said = "; ".join(f"{percent(m.value)} of the members at {percent(m.x)} of the outsiders" for m in marks)
    start = "Members found against outsiders falsely accused, on logarithmic axes"
    return ". ".join(part for part in (f"{start}: {names}" if names else start, said) if part)
