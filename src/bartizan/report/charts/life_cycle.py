"""The stages of a system in a row: where a threat can be planted, and where it takes effect."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup

from bartizan.core.vocabulary import Stage
from bartizan.report.charts.svg import drawing, rect, text

STEP, LEFT, TOP, ROW, GAP = 74.0, 80.0, 18.0, 12.0, 4.0  # a step holds the longest name of a stage
WIDTH = LEFT + STEP * len(Stage)


def life_cycle(planted: Collection[Stage], effective: Collection[Stage]) -> Markup:
    """Two rows of cells below the names of the stages, gates in italics; a filled cell is where it happens."""
    marks = [
        text(LEFT + (i + 0.5) * STEP, TOP - 6, stage, "tick gate" if stage.is_gate else "tick", "middle")
        for i, stage in enumerate(Stage)
    ]
    for row, (name, where, kind) in enumerate((("planted", planted, "open"), ("takes effect", effective, "over"))):
        y = TOP + row * (ROW + GAP)
        marks.append(text(LEFT - 8, y + ROW - 2, name, "rung", "end"))
        marks += [
            rect(LEFT + i * STEP + 1, y, STEP - 2, ROW, f"bar {kind}" if stage in where else "track")
            for i, stage in enumerate(Stage)
        ]
    said = f"Planted in {_list(planted)}; takes effect in {_list(effective)}"
    return drawing(WIDTH, TOP + 2 * (ROW + GAP), said, *marks, class_="chart life-cycle")


def _list(stages: Collection[Stage]) -> str:
    return ", ".join(s for s in Stage if s in stages) or "no stage"
