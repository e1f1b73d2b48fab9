"""How much knowledge: the rate at each rung of access, from the least telling to the most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.frame import HEIGHT, WIDTH
from bartizan.report.charts.scale import Scale, roof
from bartizan.report.charts.svg import drawing, line, rect, text
from bartizan.report.numbers import percent

LEFT, RIGHT, TOP, BOTTOM = 96.0, 50.0, 14.0, 38.0


@dataclass(frozen=True)
class Step:
    """One rung: its name, the rate reached there with its interval, and whether this finding stands on it."""

    name: str
    rate: float
    low: float
    high: float
    own: bool = False

    def against(self, tolerance: float) -> str:
        """The whole interval decides, as it does for a verdict: over, under, or open."""
        return "over" if self.low > tolerance else "under" if self.high <= tolerance else "open"


def knowledge_ladder(rungs: Sequence[Step], tolerance: float) -> Markup:
    """One bar for each rung, with its interval; the rung of this finding is named in bold. The line is what is
    tolerated."""
    x = Scale(0.0, roof(max([tolerance, *(r.rate for r in rungs)])), LEFT, WIDTH - RIGHT)
    step = min((HEIGHT - TOP - BOTTOM) / max(len(rungs), 1), 44.0)
    total = TOP + BOTTOM + step * len(rungs)
    base, limit = total - BOTTOM, x(tolerance)
    bars = [mark for i, r in enumerate(rungs) for mark in _rung(r, TOP + i * step, step, x, tolerance)]
    tolerated = text(limit, base + 14, f"tolerated {percent(tolerance)}", "tick", "middle" if limit > 130 else "start")
    axis = text((LEFT + WIDTH - RIGHT) / 2, total - 6, "rate with this access", "axis-name", "middle")
    lines = [line(LEFT, TOP - 4, LEFT, base, "axis"), line(limit, TOP - 4, limit, base, "limit")]
    words = ", ".join(f"{r.name} {percent(r.rate)}{' (this finding)' if r.own else ''}" for r in rungs)
    return drawing(WIDTH, total, f"Rate by access: {words}", *bars, *lines, tolerated, axis)


def _rung(rung: Step, top: float, step: float, x: Scale, tolerance: float) -> list[Markup]:
    """The number stands in a column of its own, where no line crosses it."""
    height = min(step, 30) - 8
    y = top + (step - min(step, 30)) / 2
    middle = y + height / 2
    return [
        text(LEFT - 8, middle + 4, rung.name, "rung own" if rung.own else "rung", "end"),
        rect(LEFT, y, x(rung.rate) - LEFT, height, f"bar {rung.against(tolerance)}"),
        line(x(rung.low), middle, x(rung.high), middle, "whisker-thin reach"),
        line(x(rung.low), middle - 3, x(rung.low), middle + 3, "whisker-thin reach"),
        line(x(rung.high), middle - 3, x(rung.high), middle + 3, "whisker-thin reach"),
        text(WIDTH - 4, middle + 4, percent(rung.rate), "value", "end"),
    ]
