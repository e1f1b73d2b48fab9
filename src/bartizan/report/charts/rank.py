"""A rank and how far it may move."""

from __future__ import annotations

from markupsafe import Markup

from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import drawing, line, tag

WIDTH, HEIGHT = 150.0, 16.0


def rank_range(rank: int, low: int, high: int, last: int) -> Markup:
    """The dot is the rank, the bar its range, the line all ranks from 1 to `last`."""
    x = Scale(1.0, float(max(last, 2)), 7.0, WIDTH - 7)
    middle = HEIGHT / 2
    marks = [line(7, middle, WIDTH - 7, middle, "grid"), line(x(low), middle, x(high), middle, "range")]
    words = f"rank {rank}, between {low} and {high}"
    return drawing(
        WIDTH, HEIGHT, words, *marks, tag("circle", cx=x(rank), cy=middle, r=4.5, class_="place"), class_="chart rank"
    )
