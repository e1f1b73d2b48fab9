"""A rate with its interval beside the tolerance: the picture of the verdict."""

from __future__ import annotations

from markupsafe import Markup

from bartizan.report.charts.scale import Scale, roof
from bartizan.report.charts.svg import drawing, line, rect, tag, text
from bartizan.report.numbers import percent

WIDTH, HEIGHT = 860.0, 58.0
LEFT, RIGHT, MIDDLE = 8.0, 8.0, 24.0


def interval_bar(value: float, low: float, high: float, tolerance: float, verdict: str) -> Markup:
    """The tolerated part is shaded; the bar is the interval, the dot the estimate. Small rates get a longer axis."""
    x = Scale(min(0.0, low), max(roof(max(high, tolerance)), high), LEFT, WIDTH - RIGHT)
    marks = [
        rect(LEFT, MIDDLE - 13, WIDTH - LEFT - RIGHT, 26, "track"),
        rect(LEFT, MIDDLE - 13, x(tolerance) - LEFT, 26, "tolerated"),
        line(x(tolerance), MIDDLE - 19, x(tolerance), MIDDLE + 17, "limit"),
        line(x(low), MIDDLE, x(high), MIDDLE, f"whisker {verdict}"),
        line(x(low), MIDDLE - 6, x(low), MIDDLE + 6, f"whisker {verdict}"),
        line(x(high), MIDDLE - 6, x(high), MIDDLE + 6, f"whisker {verdict}"),
        tag("circle", cx=x(value), cy=MIDDLE, r=5.5, class_=f"estimate {verdict}"),
        *_scale(x),
    ]
    words = f"{percent(value)}, interval {percent(low)} to {percent(high)}, tolerated {percent(tolerance)}"
    return drawing(WIDTH, HEIGHT, words, *marks, class_="chart interval")


def _scale(x: Scale) -> list[Markup]:
    marks = []
    for value in x.ticks(5):
        anchor = "start" if value <= x.low else "end" if value >= x.high else "middle"
        marks.append(text(x(value), HEIGHT - 6, percent(value), "tick", anchor))
    return marks
