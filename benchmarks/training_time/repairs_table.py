"""The rows of what repairs leave of a trigger, as a section of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from statistics import mean
from typing import Any

from . import side_effects_table
from .side_effects_table import CHANGED, ROBUST, TOLD

Row = dict[str, Any]
LOST, LEFT = 0.02, 0.10  # of accuracy; of the success of a trigger, by the upper end of its interval
STATES = ("after", "after_fine_tuning")


def lines(rows: list[Row]) -> Iterator[str]:
    """The section, of the rows of its job: one line for all seeds of a repair."""
    yield (
        "Made by `python -m training_time repair`, with 1,000 vetted records. Per cent, means over the seeds: points "
        "of clean accuracy lost, and success of the original trigger, both on 7,000 held-out images; success on 600 of "
        "one inverted anew towards the planted class, of the planted family and size, from 400 clean samples, the best "
        "of several starts. Each before, after the repair, and after a further benign fine-tuning (5 epochs "
        "at the rate of the first training). Twin: the same two of a clean model of the same seed. Goal: of the seeds, "
        "in how many at most "
        "2 points are lost by the repair and the upper ends of the exact 95 % intervals of all four successes after it "
        "are at most 10 %; then the same with what the twin gives way to taken off. Re-scan: verdicts of a scan of the "
        "repaired model, which looks for every family and class.\n"
    )
    yield (
        "| data | model | trigger | repair | seeds | lost | original | inverted anew | twin | goal | net | re-scan "
        "| CPU s |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    measured = sorted((r for r in rows if r["job"] == "repair"), key=_place)
    yield from (_line(list(same)) for _, same in groupby(measured, key=_place))
    yield "\n### What a repair changes elsewhere\n"
    yield (
        f"Of the same models, over all four triggers and all seeds, before → after. {ROBUST} {TOLD}: members, of the "
        f"first training; vetted, the 1,000 the repair was made with. {CHANGED}.\n"
    )
    yield from side_effects_table.lines(measured, _repair, ("members", "vetted"))


def _repair(r: Row) -> tuple[str, ...]:
    return r["data"], r["architecture"], r["row"]


def _place(r: Row) -> tuple[str, ...]:
    return r["data"], r["architecture"], r["kind"], r["row"]


def _line(same: list[Row]) -> str:
    r = same[0]
    lost = ", ".join(f"{_mean(same, lambda r, s=s: lost_by(r, s)):.1f}" for s in STATES)
    success = (_course(same, name) for name in ("success", "reinverted"))
    twin = ", ".join(f"{_mean(same, lambda r, n=n: r['twin'][n][0]):.0f}" for n in ("success", "reinverted"))
    reached = f"{sum(reaches(r, net=False) for r in same)} of {len(same)}"
    net = f"{sum(reaches(r, net=True) for r in same)} of {len(same)}"
    cells = [
        r["data"], r["architecture"], r["kind"], r["row"], _seeds(same), lost, *success, twin, reached, net,
        _verdicts(same), f"{mean(r['cpu_seconds'] for r in same):.0f}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def lost_by(r: Row, state: str) -> float:
    """Share of clean accuracy lost."""
    return float(r["before"]["accuracy"] - r[state]["accuracy"])


def reaches(r: Row, *, net: bool) -> bool:
    """Whether one model is repaired; net: what its clean twin gives way to does not count."""
    tops = [r[s][name][2] - net * r["twin"][name][0] for s in STATES for name in ("success", "reinverted")]
    return lost_by(r, "after") <= LOST + 1e-9 and max(tops) <= LEFT + 1e-9


def _course(same: list[Row], name: str) -> str:
    """Before → after, after fine-tuning, with the largest upper end of the latter two."""
    before, after, later = (_mean(same, lambda r, s=s: r[s][name][0]) for s in ("before", *STATES))
    top = max(100 * r[s][name][2] for r in same for s in STATES)
    return f"{before:.0f} → {after:.0f}, {later:.0f} (≤ {top:.0f})"


def _mean(same: list[Row], of: Callable[[Row], float]) -> float:
    return 100 * mean(of(r) for r in same)


def _seeds(same: list[Row]) -> str:
    return ", ".join(str(s) for s in sorted(r["seed"] for r in same))


def _verdicts(same: list[Row]) -> str:
    said = [r["scan"]["verdict"].split(" within")[0] for r in same]
    return ", ".join(f"{said.count(v)} {v}" for v in dict.fromkeys(said))
