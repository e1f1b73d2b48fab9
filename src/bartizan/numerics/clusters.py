"""k-means on the leading principal components: groups that look alike, for whoever needs a subpopulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

Floats = NDArray[np.float64]
ITERATIONS = 30


@dataclass(frozen=True)
class Clusters:
    """mean (D), spread (D) and axes (D×P) of the projection, and centres (k×P) in it."""

    mean: Floats
    spread: Floats
    axes: Floats
    centres: Floats

    def of(self, x: Array) -> NDArray[np.int64]:
        """The cluster of each of N inputs, N."""
        return _nearest(self._projected(x), self.centres)[0]

    def distances(self, x: Array) -> Floats:
        """Squared distance of each input to the centre of its cluster, N."""
        return _nearest(self._projected(x), self.centres)[1]

    def _projected(self, x: Array) -> Floats:
        return np.asarray((x.reshape(len(x), -1) - self.mean) / self.spread @ self.axes, np.float64)


def clusters(x: Array, k: int, seed: int, *, components: int = 10, most: int = 5000) -> Clusters:
    """`k` clusters of x (N×…), fewer where there are fewer inputs; learnt on at most `most` of them.

    Columns of a table are scaled to unit spread, pixels are not. Starts by k-means++ (Arthur and Vassilvitskii, 2007).
    """
    rng = np.random.default_rng(seed)
    flat = x.reshape(len(x), -1).astype(np.float64)
    flat = flat[rng.permutation(len(flat))[:most]]
    mean = flat.mean(axis=0)
    spread = np.maximum(flat.std(axis=0), 1e-6) if x.ndim == 2 else np.ones(flat.shape[1])
    centred = (flat - mean) / spread
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, : min(components, flat.shape[1])]
    z = centred @ axes
    centres = _starts(z, min(k, len(z)), rng)
    for _ in range(ITERATIONS):
        own = _nearest(z, centres)[0]
        moved = np.stack([z[own == c].mean(axis=0) if (own == c).any() else centres[c] for c in range(len(centres))])
        if np.allclose(moved, centres):
            break
        centres = moved
    return Clusters(mean, spread, axes, centres)


def _starts(z: Floats, k: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.integers(len(z)))]
    while len(chosen) < k:
        far = _nearest(z, z[chosen])[1]
        p = far / far.sum() if far.sum() > 0 else np.full(len(z), 1 / len(z))
        chosen.append(int(rng.choice(len(z), p=p)))
    return z[chosen]


def _nearest(z: Floats, centres: Floats) -> tuple[NDArray[np.int64], Floats]:
    squares = (z**2).sum(1)[:, None] - 2 * z @ centres.T + (centres**2).sum(1)
    own = np.asarray(squares.argmin(axis=1), np.int64)
    return own, np.maximum(squares[np.arange(len(z)), own], 0)
