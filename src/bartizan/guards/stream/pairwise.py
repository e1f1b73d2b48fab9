"""Distances of each query of a stream from the earlier ones, in blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .detector import Flat

BLOCK = 256


def earlier(x: Flat, last: int | None = None) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
    """For each query i of N×D in turn: i, the first earlier query j looked at, and squared distances from j … i − 1.

    last: so many of the earlier ones are looked at; None: all of them. In float64, since near queries differ by little.
    """
    rows = x.astype(np.float64)
    squares = (rows**2).sum(axis=1)
    for start in range(0, len(rows), BLOCK):
        stop = min(start + BLOCK, len(rows))
        first = 0 if last is None else max(0, start - last)
        apart = squares[start:stop, None] + squares[None, first:stop] - 2 * rows[start:stop] @ rows[first:stop].T
        for i in range(start, stop):
            begin = first if last is None else max(0, i - last)
            yield i, begin, np.maximum(apart[i - start, begin - first : i - first], 0)
