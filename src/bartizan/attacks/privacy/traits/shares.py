"""Training sets with a stated share of a group, and what tells the models of one share from those of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Mask = NDArray[np.bool_]


def drawn(group: Mask, allowed: Mask, share: float, size: int, seed: int) -> Mask:
    """A set from the `allowed` records with that share of the group, as nearly as they allow."""
    rng, chosen = np.random.default_rng(seed), np.zeros(len(group), np.bool_)
    wanted = round(share * size)
    for rows, n in ((np.flatnonzero(group & allowed), wanted), (np.flatnonzero(~group & allowed), size - wanted)):
        chosen[rng.permutation(rows)[:n]] = True
    return chosen


def two_shares(group: Mask, apart: float) -> tuple[float, float]:
    """Two shares so far apart around that of the group, both between 0.05 and 0.95."""
    middle = float(np.clip(group.mean(), 0.05 + apart / 2, 0.95 - apart / 2))
    return middle - apart / 2, middle + apart / 2


def largest_set(group: Mask, shares: tuple[float, float], most: int) -> int:
    """The size of the largest set, `most` at the most, that can be drawn from the records with either share."""
    members, others = int(group.sum()), int((~group).sum())
    return max(0, min(int(members / max(shares)) - 1, int(others / (1 - min(shares))) - 1, most))


def normal(z: NDArray[np.floating]) -> Rows:
    """Logits P×K as log-probabilities, less their mean over classes and cut to ±15: one row of numbers."""
    a = np.asarray(z, np.float64)
    a = a - a.mean(axis=1, keepdims=True)
    return np.asarray(np.clip(a, -15, 15).ravel(), np.float64)


@dataclass(frozen=True)
class Distinguisher:
    """Ridge regression in the space of models, which are fewer than numbers: one weight for each number."""

    mean: Rows
    spread: Rows
    weights: Rows

    @classmethod
    def fitted(cls, answers: Rows, which: NDArray[np.int64]) -> Distinguisher:
        """From rows of answers (models × numbers) of models with the first (0) or the second (1) share."""
        mean, spread = answers.mean(axis=0), answers.std(axis=0) + 1e-9
        scaled = (answers - mean) / spread
        gram = scaled @ scaled.T
        ridge = 0.1 * float(np.trace(gram)) / len(gram) + 1e-12
        return cls(mean, spread, scaled.T @ np.linalg.solve(gram + ridge * np.eye(len(gram)), which * 2.0 - 1))

    def __call__(self, answers: Rows) -> Rows:
        """Probability of the second share, by the distance from the two means, for each row."""
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-4 * ((answers - self.mean) / self.spread) @ self.weights)), np.float64)
