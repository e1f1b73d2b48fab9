"""From a successful input back along the straight line towards the example, as far as it still succeeds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

Rows = NDArray[np.int64]


def walk_back(
    wins: Callable[[Array, Rows], NDArray[np.bool_]],
    able: Callable[[Rows], NDArray[np.bool_]],
    x0: Array,
    x: Array,
    rows: Rows,
    halvings: int,
) -> Array:
    """The successful inputs nearest to `x0` (N×…) that `halvings` bisections of the line from `x` find.

    `x` are known successes. One query an example and halving, for as long as `able` says it can pay.
    """
    best, shape = x.copy(), (-1, *[1] * (x.ndim - 1))
    low, high = np.zeros(len(x)), np.ones(len(x))
    for _ in range(halvings):
        can = np.flatnonzero(able(rows))
        if not len(can):
            break
        middle = (low[can] + high[can]) / 2
        t = middle.reshape(shape).astype(np.float32)
        point = x0[can] + t * (x[can] - x0[can])
        won = wins(point, rows[can])
        best[can[won]] = point[won]
        high[can[won]] = middle[won]
        low[can[~won]] = middle[~won]
    return best
