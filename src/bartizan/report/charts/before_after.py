"""Shares before and after, one row each, with both intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.report.charts.frame import WIDTH
from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import drawing, line, rect, text
from bartizan.report.numbers import percent

RIGHT, TOP, BOTTOM, STEP, THICK = 92.0, 20.0, 34.0, 25.0, 8.0
LONGEST, LETTER = 12, 5.6


@dataclass(frozen=True)
class Span:
    """A share with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One share twice; None where there was nothing to take a share of. look: the class of the bar after."""

    name: str
    before: Span | None
    after: Span | None
    look: str = "kept"


def before_after(rows: Sequence[Row], label: str, axis: str, *, end: float = 1.0, limit: float | None = None) -> Markup:
    """Two bars a row: pale as it was, firm as it is. end: of the axis; limit: what is tolerated, as a dashed line.

    `label` says in words what is drawn.
    """
    left = 16 + LETTER * max(len(_name(row)) for row in rows)
    x = Scale(0.0, end, left, WIDTH - RIGHT)
    base = TOP + STEP * len(rows)
    grid = [line(x(v), TOP - 2, x(v), base, "grid") for v in x.ticks(3)]
    ticks = [text(x(v), base + 13, percent(v), "tick", "middle") for v in x.ticks(3)]
    heads = [text(WIDTH - 46, 11, "before", "tick", "end"), text(WIDTH - 2, 11, "after", "tick", "end")]
    foot = text((left + WIDTH - RIGHT) / 2, base + 28, axis, "axis-name", "middle")
    bars = [mark for i, row in enumerate(rows) for mark in _row(row, TOP + STEP * i, x)]
    tolerated = [] if limit is None else [line(x(limit), TOP - 4, x(limit), base, "limit")]
    words = "; ".join(f"{r.name} {_number(r.before)} before, {_number(r.after)} after" for r in rows)
    return drawing(WIDTH, base + BOTTOM, f"{label}: {words}", *grid, *bars, *tolerated, *ticks, *heads, foot)


def _row(row: Row, top: float, x: Scale) -> list[Markup]:
    middle = top + STEP / 2
    return [
        text(x(0) - 7, middle + 4, _name(row), "rung", "end"),
        *_bar(row.before, middle - THICK - 0.5, x, "was"),
        *_bar(row.after, middle + 0.5, x, row.look),
        text(WIDTH - 46, middle + 4, _number(row.before), "tick", "end"),
        text(WIDTH - 2, middle + 4, _number(row.after), "value", "end"),
    ]


def _name(row: Row) -> str:
    return row.name if len(row.name) <= LONGEST else f"{row.name[: LONGEST - 1]}…"


def _bar(span: Span | None, top: float, x: Scale, look: str) -> list[Markup]:
    if span is None:
        return []
    middle = top + THICK / 2
    return [
        rect(x(0), top, x(span.value) - x(0), THICK, f"bar {look}"),
        line(x(span.low), middle, x(span.high), middle, "whisker-thin reach"),
    ]


def _number(span: Span | None) -> str:
    return "–" if span is None else percent(span.value)
