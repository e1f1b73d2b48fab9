"""Queries that resemble each other more than those of users do.

Chen, Carlini and Wagner, Stateful detection of black-box adversarial attacks, 2019, arXiv:1907.05587. Evaded by
steering around it: Feng, Hooda, Mangaokar, Fawaz, Jha and Prakash, CCS 2023, arXiv:2303.06280.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .detector import NOTHING, Detector, Flat
from .pairwise import earlier

SPARE = 8
"""So many more than are wanted are measured exactly, after a rough choice."""


def nearest_mean(buffer: Flat, x: Flat, k: int) -> float:
    """Mean Euclidean distance from `x` (D) to the `k` nearest rows of `buffer` (N×D, N ≥ k)."""
    distance = np.sqrt(np.maximum(((buffer - x) ** 2).sum(axis=1), 0))
    return float(np.partition(distance, k - 1)[:k].mean())


class NearDuplicates(Detector):
    """Minus the mean distance to the `k` nearest of the last `buffer` queries."""

    name = "near duplicates"

    def __init__(self, k: int = 5, buffer: int = 1000) -> None:
        self.k, self.buffer = k, buffer
        self._seen, self._squares, self._count = np.zeros((0, 0), np.float32), np.zeros(0, np.float32), 0

    def suspicion(self, x: Flat, label: int, time: float) -> float:
        held = min(self._count, self.buffer)
        found = -nearest_mean(self._closest(x, held), x, self.k) if held >= self.k else NOTHING
        self._keep(x)
        return found

    def suspicions(self, x: Flat, labels: NDArray[np.int64], times: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.full(len(x), NOTHING)
        for i, _, apart in earlier(x, self.buffer):
            if len(apart) >= self.k:
                found[i] = -np.sqrt(np.partition(apart, self.k - 1)[: self.k]).mean()
        return found

    def _closest(self, x: Flat, held: int) -> Flat:
        """Somewhat more than the `k` nearest of those held, by |b|² − 2 b·x, which loses digits to rounding."""
        seen, most = self._seen[:held], min(held, self.k + SPARE)
        rough = self._squares[:held] - 2 * (seen @ x)
        return seen[np.argpartition(rough, most - 1)[:most]]

    def _keep(self, x: Flat) -> None:
        """In place of the oldest, once there is no more room."""
        if self._count == len(self._seen) and self._count < self.buffer:
            room = min(max(2 * self._count, 64), self.buffer)
            grown, squares = np.zeros((room, len(x)), np.float32), np.zeros(room, np.float32)
            grown[: self._count], squares[: self._count] = self._seen.reshape(-1, len(x)), self._squares
            self._seen, self._squares = grown, squares
        at = self._count % self.buffer
        self._seen[at], self._squares[at] = x, float(x @ x)
        self._count += 1
