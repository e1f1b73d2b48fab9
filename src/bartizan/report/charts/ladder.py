"""How much knowledge: the rate at each rung of access, from the least telling to the most."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bartizan.report.charts.frame import HEIGHT, WIDTH
from bartizan.report.charts.scale import Scale, roof
from bartizan.report.charts.svg import drawing, line, rect, text
from bartizan.report.numbers import percent

LEFT, RIGHT, TOP, BOTTOM = 96.0, 44.0, 14.0, 38.0


def knowledge_ladder(rungs: Sequence[tuple[str, float]], tolerance: float) -> Markup:
    """One bar for each rung: its name and its rate in [0, 1]. The line is what is tolerated."""
    x = Scale(0.0, roof(max([tolerance, *(rate for _, rate in rungs)])), LEFT, WIDTH - RIGHT)
    step = min((HEIGHT - TOP - BOTTOM) / max(len(rungs), 1), 44.0)
    total = TOP + BOTTOM + step * len(rungs)
    base, limit = total - BOTTOM, x(tolerance)
    marks, values = [line(LEFT, TOP - 4, LEFT, base, "axis")], [line(limit, TOP - 4, limit, base, "limit")]
    for i, (name, rate) in enumerate(rungs):
        y = TOP + i * step + (step - min(step, 30)) / 2
        height = min(step, 30) - 8
        over = "over" if rate > tolerance else "under"
        marks.append(text(LEFT - 8, y + height / 2 + 4, name, "rung", "end"))
        marks.append(rect(LEFT, y, x(rate) - LEFT, height, f"bar {over}"))
        values.append(text(x(rate) + 5, y + height / 2 + 4, percent(rate), "value"))
    marks.append(
        text(limit, base + 14, f"tolerated {percent(tolerance)}", "tick", "middle" if limit > 130 else "start")
    )
    marks.append(text((LEFT + WIDTH - RIGHT) / 2, total - 6, "rate with this access", "axis-name", "middle"))
    words = ", ".join(f"{name} {percent(rate)}" for name, rate in rungs)
    return drawing(WIDTH, total, f"Rate by access: {words}", *marks, *values)
