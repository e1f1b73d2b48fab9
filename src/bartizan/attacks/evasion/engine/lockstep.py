"""Many searches at once, each for one example, so that their questions share batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

from .score_search import Search

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


def in_lockstep(
    begin: Callable[[int], Search],
    rows: Rows,
    ask: Callable[[Array, Rows], NDArray[np.float64]],
    open_: Callable[[Rows], Mask],
    at_once: int,
) -> None:
    """Run the search that `begin` makes for each of `rows`, `at_once` of them together.

    ask: margins of inputs spent on `rows`; open_: which rows may still be asked about. A search that is over makes room
    for the next at once, so that batches stay full; none sees anything of the others.
    """
    waiting, running, points = deque(int(r) for r in rows), dict[int, Search](), dict[int, Array]()
    while waiting or running:
        while waiting and len(running) < at_once:
            row = waiting.popleft()
            running[row] = begin(row)
            points[row] = next(running[row])
        asked = np.fromiter(running, np.int64, len(running))
        can = open_(asked)
        for row in asked[~can].tolist():
            running.pop(row).close()
            points.pop(row)
        if not can.any():
            continue
        asked = asked[can]
        margins = ask(np.stack([points[r] for r in asked.tolist()]), asked)
        still = open_(asked)
        for row, margin, more in zip(asked.tolist(), margins.tolist(), still.tolist(), strict=True):
            if more:
                points[row] = running[row].send(margin)
