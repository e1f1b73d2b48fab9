"""Hazards: how often the system fails at each severity of each condition, and where the stated domain ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.svg import drawing, line, rect, tag, text
from bartizan.report.numbers import percent, quantity

NAME, CELL, ROW, TOP = 150.0, 70.0, 46.0, 10.0


@dataclass(frozen=True)
class Step:
    """One severity of a condition: its value, the failure rate, and whether it lies inside the stated domain."""

    severity: float
    rate: float
    inside: bool | None


@dataclass(frozen=True)
class Row:
    """One condition with its steps in increasing severity."""

    name: str
    unit: str
    steps: Sequence[Step]


def hazard_grid(rows: Sequence[Row]) -> Markup:
    """Cells grow darker with the rate, which also stands in them. A heavy line marks the edge of the domain."""
    columns = max(len(r.steps) for r in rows)
    width, height = NAME + columns * CELL + 12, TOP + len(rows) * ROW + 4
    marks = [mark for i, row in enumerate(rows) for mark in _row(row, TOP + i * ROW)]
    words = "; ".join(
        f"{r.name}: " + ", ".join(f"{percent(s.rate)} at {quantity(s.severity)}" for s in r.steps) for r in rows
    )
    drawn = drawing(width, height, f"Failure rate by condition. {words}", *marks, class_="chart grid-chart")
    return tag("div", drawn, class_="scroll", style=f"max-width:{int(width)}px")


def _row(row: Row, y: float) -> list[Markup]:
    marks = [text(NAME - 10, y + 18, row.name, "rung", "end")]
    if row.unit:
        marks.append(text(NAME - 10, y + 32, row.unit, "tick", "end"))
    for i, step in enumerate(row.steps):
        x = NAME + i * CELL
        shade = f"{0.06 + 0.5 * min(max(step.rate, 0.0), 1.0):.3f}"
        marks.append(rect(x, y, CELL - 3, ROW - 6, "heat", fill_opacity=shade))
        marks.append(text(x + CELL / 2 - 1.5, y + 18, percent(step.rate), "cell-value", "middle"))
        marks.append(text(x + CELL / 2 - 1.5, y + 32, f"at {quantity(step.severity)}", "tick", "middle"))
    return [*marks, *_edges(row, y)]


def _edges(row: Row, y: float) -> list[Markup]:
    marks = []
    for i, (a, b) in enumerate(zip(row.steps, row.steps[1:], strict=False)):
        if a.inside is not None and a.inside != b.inside:
            x = NAME + (i + 1) * CELL - 1.5
            marks.append(line(x, y - 5, x, y + ROW - 1, "edge"))
    return marks
