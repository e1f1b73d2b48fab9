"""Membership by labels alone: how far around a record the model keeps to its class, in a few questions.

A record that was trained on tends to lie further from the decision boundary. Instead of walking there (thousands of
questions), each record is asked about with noise of a few sizes, the same for the target and the references, and the
share of right answers is what a score is otherwise. After Choquette-Choo et al., ICML 2021.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import UsageError
from bartizan.numerics.membership import Scores
from bartizan.numerics.seeds import child

from .asking import Asked
from .candidates import Candidates

SIZES = (0.25, 0.5, 1.0, 2.0)
"""Spread of the noise, as a multiple of the median distance per feature between neighbours of different classes."""


@dataclass(frozen=True)
class Probing:
    """How a model is asked about the candidates: once each, or with the changes `noises` (each N×…) besides.

    Called with a model it answers how sure that is of each record, and whether right of it as it is; N each.
    """

    c: Candidates
    sizes: tuple[float, ...] = ()
    seed: int = 0
    scale: float = field(default=0.0)

    def __call__(self, asked: Asked) -> tuple[Scores, NDArray[np.bool_]]:
        sure, right = asked.sure_and_right(self.c.x, self.c.y)
        if self.sizes:
            sure = sturdiness(np.stack([right, *(self._right(asked, i) for i in range(len(self.sizes)))]))
        return sure, right

    def _right(self, asked: Asked, i: int) -> NDArray[np.bool_]:
        return asked.right(noisy(self.c.x, self.sizes[i] * self.scale, child(self.seed, "noise", i)), self.c.y)


def probing(c: Candidates, queries: int, seed: int) -> Probing:
    """Each record as it is and with `queries` − 1 changes of growing size. Raises `UsageError` below two."""
    if queries < 2:
        raise UsageError(f"label_queries is {queries}; give at least 2, one for the record and one for a change")
    sizes = tuple(SIZES[i % len(SIZES)] for i in range(queries - 1))
    return Probing(c, sizes, seed, boundary_scale(c.x, c.y, seed))


def boundary_scale(x: Array, y: Labels, seed: int, most: int = 400) -> float:
    """Half the median distance from a record to the nearest of another class, per square root of its features.

    Noise of that spread reaches about as far. Told from the records alone, by no question.
    """
    rows = np.random.default_rng(child(seed, "scale")).permutation(len(x))[:most]
    a, classes = x[rows].reshape(len(rows), -1).astype(np.float64), y[rows]
    squares = (a**2).sum(1)
    distance = np.maximum(squares[:, None] + squares - 2 * a @ a.T, 0)
    distance[classes[:, None] == classes] = np.inf
    nearest = distance.min(axis=1)
    known = nearest[np.isfinite(nearest)]
    middle = float(np.median(np.sqrt(known))) if len(known) else float(a.std() * np.sqrt(a.shape[1]))
    return middle / 2 / float(np.sqrt(a.shape[1]))


def noisy(x: Array, spread: float, seed: int) -> Array:
    """Records with normal noise, within the range that all records lie in."""
    noise = np.random.default_rng(seed).standard_normal(x.shape, np.float32)
    return np.clip(x + np.float32(spread) * noise, x.min(), x.max())


def sturdiness(right: NDArray[np.bool_]) -> Scores:
    """Log-odds of a right answer, N, from Q×N answers to the record and its changes, one half added to either count."""
    k, n = right.sum(axis=0), len(right)
    return np.asarray(np.log((k + 0.5) / (n - k + 0.5)), np.float64)
