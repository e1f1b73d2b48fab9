"""What a few queries tell of a slope: a Gaussian belief about a function that is linear in the change of one input.

A model is nearly linear within a small ball, and its gradient is smooth over an image. So every answer says something
about the gradient as a whole, and not only whether one step was good: after t queries the belief is Gaussian regression
on t values. Searching by a draw from it is Thompson sampling (Biometrika 25, 1933) on a linear bandit; smooth priors
for black-box gradients are those of Ilyas, Engstrom and Madry, Prior convictions, ICLR 2019, arXiv:1807.07978.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_CELLS = 32
"""Of a longer side of an image neighbouring pixels share a cell: what is believed is no finer than that."""
CELLS_PER_LENGTH = 14
"""The side of an image in lengths over which its gradient is alike: two pixels of 28."""
ROUGHNESS = 0.05
"""Variance of what each cell has for itself, as a share of what it has in common with its neighbours."""
WINDOW = 128
"""Changes remembered; beyond, the oldest is forgotten."""
MEMORY = 2**30
"""Bytes that the beliefs about all examples at work may take together; large inputs make for smaller batches."""


@dataclass(frozen=True)
class Prior:
    """What is believed of a slope before anything is asked: Gaussian, smooth over images C×H×W, white over all else.

    rows, columns: cell of each line and column; likeness, root: covariance of the cells of a side and its factor, for
    lines and for columns; none where the prior is white.
    """

    shape: tuple[int, ...]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    likeness: tuple[Floats, ...] = ()
    root: tuple[Floats, ...] = ()

    @classmethod
    def of(cls, shape: tuple[int, ...]) -> Prior:
        """The prior for inputs of that shape."""
        if len(shape) != 3:
            return cls(shape, np.zeros(1, np.int64), np.arange(int(np.prod(shape))))
        rows, columns = (np.arange(n) * min(n, MOST_CELLS) // n for n in shape[1:])
        likeness = tuple(_likeness(int(c[-1]) + 1) for c in (rows, columns))
        return cls(
            shape, rows, columns, likeness, tuple(np.asarray(np.linalg.cholesky(k), np.float64) for k in likeness)
        )

    def at_once(self, most: int) -> int:
        """How many examples may be believed about together: `most`, or as many as `MEMORY` holds, and one at least."""
        return min(most, max(MEMORY // (4 * WINDOW * int(np.prod(self.cells))), 1))

    @property
    def cells(self) -> tuple[int, int, int]:
        """Channels, lines and columns of cells."""
        channels = self.shape[0] if len(self.shape) == 3 else 1
        return channels, int(self.rows[-1]) + 1, int(self.columns[-1]) + 1

    def pooled(self, change: NDArray[np.floating]) -> Floats:
        """A change of the input as its sums over cells, flat."""
        _, high, wide = self.cells
        image = np.asarray(change, np.float64).reshape(-1, len(self.rows), len(self.columns))
        image = np.add.reduceat(image, np.searchsorted(self.rows, np.arange(high)), axis=1)
        return np.asarray(np.add.reduceat(image, np.searchsorted(self.columns, np.arange(wide)), axis=2).ravel())

    def unpooled(self, slope: Floats) -> Floats:
        """A slope by cells as one by values of the input."""
        image = slope.reshape(self.cells)[:, self.rows][:, :, self.columns]
        return np.asarray(image.reshape(self.shape))

    def spread(self, v: Floats) -> Floats:
        """The covariance times `v`, flat."""
        if not self.likeness:
            return v
        image = v.reshape(self.cells)
        return np.asarray((self.likeness[0] @ image @ self.likeness[1] + ROUGHNESS * image).ravel())

    def draw(self, rng: np.random.Generator) -> Floats:
        """A slope of this prior, flat."""
        white = rng.standard_normal(self.cells)
        if not self.root:
            return white.ravel()
        smooth = self.root[0] @ rng.standard_normal(self.cells) @ self.root[1].T
        return np.asarray((smooth + np.sqrt(ROUGHNESS) * white).ravel())


def _likeness(n: int) -> Floats:
    i = np.arange(n)
    alike = np.exp(-0.5 * ((i[:, None] - i) * CELLS_PER_LENGTH / n) ** 2)
    return np.asarray(alike + 1e-6 * np.eye(n))  # definite in spite of rounding


class LinearBelief:
    """The changes of one input that were asked about, and the slopes that explain given values of them."""

    def __init__(self, prior: Prior, rng: np.random.Generator) -> None:
        self.prior, self._rng = prior, rng
        self._asked = np.zeros((0, int(np.prod(prior.cells))), np.float32)
        self.products = np.zeros((0, 0))
        self._next = 0

    def __len__(self) -> int:
        return len(self._asked)

    def covariance(self, change: NDArray[np.floating]) -> tuple[Floats, float]:
        """Of the value at `change` with the values at all remembered changes, and its own variance."""
        pooled = self.prior.pooled(change)
        spread = self.prior.spread(pooled)
        return np.asarray(self._asked @ spread.astype(np.float32), np.float64), float(pooled @ spread)

    def add(self, change: NDArray[np.floating], keep: int = -1) -> int:
        """Remember `change`; returns its slot: a new one, or that of the oldest change, which is not `keep`."""
        if len(self) < WINDOW:
            self._grow()
            slot = len(self) - 1
        else:
            self._next += self._next == keep
            slot = self._next % WINDOW
            self._next = (slot + 1) % WINDOW
        self._asked[slot] = self.prior.pooled(change)
        self.products[slot], self.products[slot, slot] = self.covariance(change)
        self.products[:, slot] = self.products[slot]
        return slot

    def slopes(
        self, products: Floats, values: Floats, noise: Floats, boldness: float, centre: int | None = None
    ) -> tuple[Floats, Floats]:
        """The slope believed in after `values`, and another that strays from it towards a draw, by `boldness` of 1.

        products: covariance of the values, of their differences from that of slot `centre` if one is named; noise:
        variance of each value's error. Both slopes have the shape of the input.
        """
        drawn = self.prior.draw(self._rng)
        seen = (self._asked @ drawn.astype(np.float32)).astype(np.float64)
        seen = seen - (seen[centre] if centre is not None else 0.0)
        errors = np.sqrt(noise) * self._rng.standard_normal(len(values))
        weights = np.linalg.solve(products + np.diag(noise), np.stack([values, values - seen - errors], 1))
        if centre is not None:
            weights[centre] -= weights.sum(0)
        mean, shift = (self.prior.spread(w) for w in weights.T.astype(np.float32) @ self._asked)
        bold = mean + boldness * (drawn + shift - mean)
        return self.prior.unpooled(mean), self.prior.unpooled(bold)

    def _grow(self) -> None:
        room = np.zeros((1, self._asked.shape[1]), np.float32)
        self._asked = np.concatenate([self._asked, room])
        self.products = np.pad(self.products, (0, 1))
