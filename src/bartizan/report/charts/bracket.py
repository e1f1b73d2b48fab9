"""The truth lies between what is proved and what was broken."""

from __future__ import annotations

from markupsafe import Markup

from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import drawing, rect, text
from bartizan.report.numbers import percent

WIDTH, HEIGHT, LEFT, RIGHT = 860.0, 62.0, 8.0, 8.0


def bracket(name: str, certified: float, attacked: float | None) -> Markup:
    """Shares of the examples: `certified` proved to hold, `attacked` still standing after the attacks (None: not
    measured at this size), both in [0, 1]. The part between them is unknown."""
    x = Scale(0.0, 1.0, LEFT, WIDTH - RIGHT)
    standing = 1.0 if attacked is None else attacked
    top = max(standing, certified)
    marks = [
        rect(LEFT, 18, x(1.0) - LEFT, 22, "track"),
        rect(LEFT, 18, x(certified) - LEFT, 22, "proved"),
        rect(x(certified), 18, x(top) - x(certified), 22, "unknown", fill="url(#hatch)"),
        rect(x(top), 18, x(1.0) - x(top), 22, "broken"),
        text(LEFT, 12, f"{name}: proved {percent(certified)}", "tick"),
    ]
    if attacked is not None:
        marks.append(text(x(1.0), 12, f"broken {percent(1 - attacked)}", "tick", "end"))
    middle = min(max(x((certified + top) / 2), 60.0), WIDTH - 60.0)
    marks.append(text(middle, HEIGHT - 8, f"unknown {percent(top - certified)}", "tick", "middle"))
    words = f"{name}: proved {percent(certified)}, unknown {percent(top - certified)}, broken {percent(1 - top)}"
    return drawing(WIDTH, HEIGHT, words, *marks, class_="chart interval")
