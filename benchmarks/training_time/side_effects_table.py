"""What defences change elsewhere, as lines of a table: before → after, and the change with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from statistics import mean
from typing import Any

from bartizan.numerics.intervals import mean_interval

Row = dict[str, Any]
SIDES = ("side_before", "side_after")
ROBUST = (
    "Robust: accuracy of 300 held-out images under attack (plan quick) within L∞ 0.02 (Fashion-MNIST) and 0.05 (MNIST)."
)
TOLD = (
    "Area under the curve of telling records from strangers of the same source by the log-odds of their class, 0.5 "
    "where they cannot be told"
)
CHANGED = "Changed: mean difference, in brackets Student's 95 % interval over the seeds' means"


def lines(measured: list[Row], place: Callable[[Row], tuple[str, ...]], told: tuple[str, ...]) -> Iterator[str]:
    """One line for each place, whose last entry is the defence, over all other things that the rows tell apart. told:
    whose records are told from strangers."""
    yield f"| data | model | defence | models | robust, % | changed | {' | '.join(f'{n} | changed' for n in told)} |"
    yield "|---|---|---|---|---|---|" + "---|---|" * len(told)
    by_place = sorted((r for r in measured if "side_after" in r), key=place)
    yield from (_line(list(same), place, told) for _, same in groupby(by_place, key=place))


def _line(same: list[Row], place: Callable[[Row], tuple[str, ...]], told: tuple[str, ...]) -> str:
    cells = [*place(same[0]), str(len(same)), *_course(same, "robust", 100, 0)]
    cells += [cell for name in told for cell in _course(same, name, 1, 3)]
    return f"| {' | '.join(cells)} |"


def _course(same: list[Row], name: str, times: float, digits: int) -> tuple[str, str]:
    """Means before → after, and the change. Models of one seed are told by their mean, since they share the records
    they were trained on."""
    course = " → ".join(f"{times * mean(r[w][name][0] for r in same):.{digits}f}" for w in SIDES)
    of_seed = [
        mean(r["side_after"][name][0] - r["side_before"][name][0] for r in same if r["seed"] == seed)
        for seed in sorted({r["seed"] for r in same})
    ]
    value = f"{times * mean(of_seed):+.{digits}f}"
    if len(of_seed) < 2:
        return course, value
    low, high = (times * v for v in mean_interval(of_seed))
    return course, f"{value} [{low:+.{digits}f} to {high:+.{digits}f}]"
