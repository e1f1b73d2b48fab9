"""RayS: the nearest decision boundary along rays of ±1, found with labels alone.

Chen and Gu, RayS: a ray searching method for hard-label adversarial attack, KDD 2020, arXiv:2006.12792. The direction
is a vector of signs; blocks of it, halved level by level, are flipped, and a flip is kept when the boundary lies nearer
along the new ray, which one query at the present distance tells. What differs: rays end at the box, all examples share
batches, bisection asks at the goal first, and stops at a tolerance that is coarse while the boundary is far away.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
FINEST = 1e-3
"""Bisection ends within this share of the range of inputs (the paper's tolerance for inputs in [0, 1])."""


class RaySearch:
    """The rays of N examples: `sign` (N×D of ±1) and `radius` (N), the least L∞ distance at which they were won.
    `goal` is the distance that counts as success.

    Advance all examples of a batch together with `step`; whoever has won enough, or cannot pay, is left out of `rows`.
    """

    def __init__(self, x0: Array, bounds: tuple[float, float], goal: float) -> None:
        self.x0, self.bounds, self.goal = x0, bounds, goal
        self.reach = bounds[1] - bounds[0]
        self.dimensions = int(np.prod(x0.shape[1:]))
        self.sign = np.ones((len(x0), self.dimensions), np.float32)
        self.radius = np.full(len(x0), np.inf)
        self.level = np.zeros(len(x0), np.int64)
        self.block = np.full(len(x0), -1, np.int64)

    def at(self, rows: Rows, sign: Array, radius: NDArray[np.float64]) -> Array:
        """The points at `radius` along `sign`, cut by the box."""
        shift = (radius[:, None] * sign).astype(np.float32).reshape(self.x0[rows].shape)
        return np.asarray(np.clip(self.x0[rows] + shift, *self.bounds), np.float32)

    def step(self, wins: Callable[[Array, Rows], Mask], able: Callable[[Rows], Mask], rows: Rows) -> None:
        """One flip for each of `rows`, and a bisection for those it brought nearer. The first step flips nothing."""
        flipped = self._flip(rows)
        radius = np.minimum(self.radius[rows], self.reach)
        nearer = wins(self.at(rows, flipped, radius), rows)
        self.sign[rows[nearer]] = flipped[nearer]
        self._bisect(wins, able, rows[nearer], radius[nearer])

    def _flip(self, rows: Rows) -> Array:
        """The signs of `rows` with their next block turned; moves on to the block after it."""
        sign = self.sign[rows].copy()
        blocks = 2 ** self.level[rows]
        width = -(-self.dimensions // blocks)
        index = np.arange(self.dimensions)
        inside = index // width[:, None] == self.block[rows][:, None]
        sign[inside] *= -1
        self.block[rows] += 1
        done = rows[self.block[rows] >= -(-self.dimensions // width)]
        self.block[done] = 0
        last = int(np.ceil(np.log2(max(self.dimensions, 1))))
        self.level[done] = np.where(self.level[done] >= last, 0, self.level[done] + 1)
        return sign

    def _bisect(
        self, wins: Callable[[Array, Rows], Mask], able: Callable[[Rows], Mask], rows: Rows, high: NDArray[np.float64]
    ) -> None:
        """The boundary on the ray of each of `rows`, which is known to be won at `high`."""
        self.radius[rows] = high
        low, first = np.zeros(len(rows)), True
        while len(rows):
            open_ = (high - low > FINEST * self.reach + 0.02 * high) & able(rows)
            rows, low, high = rows[open_], low[open_], high[open_]
            middle = np.where(first & (self.goal < high), self.goal, (low + high) / 2)
            first = False
            won = wins(self.at(rows, self.sign[rows], middle), rows) if len(rows) else np.zeros(0, np.bool_)
            self.radius[rows[won]] = middle[won]
            low, high = np.where(won, low, middle), np.where(won, middle, high)
