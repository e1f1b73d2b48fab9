"""A linear discriminant for few examples of many numbers: class means and one shrunken covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHRINK = 0.3
"""Weight of the diagonal in the covariance of standardised numbers."""
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Discriminant:
    """Of C classes in d dimensions. Friedman, Regularized discriminant analysis, JASA 84 (1989)."""

    mean: Matrix
    scale: Matrix
    centres: Matrix
    inverse: Matrix

    @classmethod
    def of(cls, x: Matrix, y: NDArray[np.int64]) -> Discriminant:
        """From examples `x` (N×d) of the classes `y` (N), 0 … C − 1, each with at least one."""
        mean, scale = x.mean(axis=0), x.std(axis=0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        z = (x - mean) / scale
        centres = np.stack([z[y == c].mean(axis=0) for c in range(int(y.max()) + 1)])
        within = z - centres[y]
        covariance = within.T @ within / max(len(z) - len(centres), 1)
        shrunk = (1 - SHRINK) * covariance + SHRINK * np.diag(np.diag(covariance) + 0.01)
        return cls(mean, scale, centres, np.linalg.inv(shrunk))

    def probabilities(self, x: Matrix) -> Matrix:
        """N×C, every class being as likely beforehand."""
        z = (x - self.mean) / self.scale
        off = z[:, None] - self.centres[None]
        score = -0.5 * np.einsum("ncd,de,nce->nc", off, self.inverse, off)
        p = np.exp(score - score.max(axis=1, keepdims=True))
        return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)

    def distance(self, x: Matrix) -> Matrix:
        """Of each of N examples from the nearest centre."""
        off = ((x - self.mean) / self.scale)[:, None] - self.centres[None]
        return np.asarray(np.einsum("ncd,de,nce->nc", off, self.inverse, off).min(axis=1), np.float64)
