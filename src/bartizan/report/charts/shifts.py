"""Shares that an attack lowers, one row each: what is left, what was lost, and where it stood clean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.core.classwise import Share
from bartizan.report.charts.frame import WIDTH
from bartizan.report.charts.scale import Scale
from bartizan.report.charts.svg import drawing, line, rect, text
from bartizan.report.numbers import percent

LEFT, RIGHT, TOP, BOTTOM, STEP = 84.0, 84.0, 20.0, 20.0, 19.0
LONGEST = 14


@dataclass(frozen=True)
class Row:
    """One share clean and attacked. limit: the least that is tolerated; nothing: what to say where n is 0."""

    name: str
    clean: Share
    attacked: Share
    limit: float | None = None
    nothing: str = "no example"


def shift_bars(rows: Sequence[Row], label: str) -> Markup:
    """The bar is the share attacked, with its interval; the upright line the share clean, and what lies between was
    lost. `label` says in words what is drawn."""
    x = Scale(0.0, 1.0, LEFT, WIDTH - RIGHT)
    base = TOP + STEP * len(rows)
    marks = [mark for i, row in enumerate(rows) for mark in _row(row, TOP + STEP * i, x)]
    ticks = [text(x(v), base + 13, percent(v), "tick", "middle") for v in (0.0, 0.5, 1.0)]
    heads = [text(WIDTH - 44, 11, "clean", "tick", "end"), text(WIDTH - 2, 11, "then", "tick", "end")]
    words = "; ".join(_words(row) for row in rows)
    lines = [line(x(v), TOP - 2, x(v), base, "grid") for v in (0.0, 0.5, 1.0)]
    return drawing(WIDTH, base + BOTTOM, f"{label}: {words}", *lines, *marks, *ticks, *heads)


def _row(row: Row, top: float, x: Scale) -> list[Markup]:
    middle = top + STEP / 2
    name = row.name if len(row.name) <= LONGEST else f"{row.name[: LONGEST - 1]}…"
    return [
        text(LEFT - 7, middle + 4, name, "rung", "end"),
        *_bar(row, middle, x),
        text(WIDTH - 44, middle + 4, _number(row.clean), "tick", "end"),
        text(WIDTH - 2, middle + 4, _number(row.attacked), "value", "end"),
    ]


def _bar(row: Row, middle: float, x: Scale) -> list[Markup]:
    clean, attacked = row.clean.value, row.attacked.value
    marks = []
    if attacked is not None:
        marks.append(rect(x(0), middle - 5, x(attacked) - x(0), 10, "bar kept"))
    if clean is not None:
        start = attacked or 0.0
        marks.append(rect(x(start), middle - 5, x(clean) - x(start), 10, "bar lost"))
        marks.append(line(x(clean), middle - 8, x(clean), middle + 8, "stood"))
    if attacked is None:
        marks.append(text(x(0) + 5, middle + 4, row.nothing, "note"))
    else:
        marks.append(line(x(row.attacked.low), middle, x(row.attacked.high), middle, "whisker-thin reach"))
    if row.limit is not None:
        marks.append(line(x(row.limit), middle - 9, x(row.limit), middle + 9, "limit"))
    return marks


def _number(share: Share) -> str:
    return "–" if share.value is None else percent(share.value)


def _words(row: Row) -> str:
    found, clean = row.attacked, _number(row.clean)
    if found.value is None:
        return f"{row.name} {clean} clean, then {row.nothing}"
    return f"{row.name} {clean} clean, then {percent(found.value)} ({percent(found.low)} to {percent(found.high)})"
