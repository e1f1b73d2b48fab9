"""Nearest neighbours by brute force, block by block: exact, on any number of columns, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 22  # distances held at a time


def nearest(
    f: NDArray[Any], k: int, among: NDArray[Any] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows and Euclidean distances of the `k` nearest of each record, N×k, in order.

    among: M×D, others to look in; None: f itself, each record but its own. k is cut to what there is.
    """
    a = np.asarray(f, np.float32).reshape(len(f), -1)
    b = a if among is None else np.asarray(among, np.float32).reshape(len(among), -1)
    k = min(k, len(b) - (among is None))
    rows, distances = np.empty((len(a), k), np.int64), np.empty((len(a), k))
    squares = (b.astype(np.float64) ** 2).sum(axis=1)
    for block in _blocks(len(a), len(b)):
        d = squares - 2 * (a[block] @ b.T)
        if among is None:
            d[np.arange(len(d)), np.arange(block.start, block.start + len(d))] = np.inf
        found = np.argpartition(d, k - 1, axis=1)[:, :k] if k < d.shape[1] else np.tile(np.arange(k), (len(d), 1))
        near = np.take_along_axis(d, found, 1)
        order = np.argsort(near, axis=1, kind="stable")
        rows[block] = np.take_along_axis(found, order, 1)
        own = (a[block].astype(np.float64) ** 2).sum(axis=1)[:, None]
        distances[block] = np.sqrt(np.maximum(np.take_along_axis(near, order, 1) + own, 0.0))
    return rows, distances


def _blocks(n: int, m: int) -> Iterator[slice]:
    size = max(BLOCK // max(m, 1), 1)
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
