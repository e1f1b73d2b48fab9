"""Queries that resemble each other more than those of users do.

Chen, Carlini and Wagner, Stateful detection of black-box adversarial attacks, 2019, arXiv:1907.05587. Evaded by
steering around it: Feng, Hooda, Mangaokar, Fawaz, Jha and Prakash, CCS 2023, arXiv:2303.06280.
"""

from __future__ import annotations

import numpy as np

from .detector import NOTHING, Detector, Flat


def nearest_mean(buffer: Flat, x: Flat, k: int) -> float:
    """Mean Euclidean distance from `x` (D) to the `k` nearest rows of `buffer` (N×D, N ≥ k)."""
    distance = np.sqrt(np.maximum(((buffer - x) ** 2).sum(axis=1), 0))
    return float(np.partition(distance, k - 1)[:k].mean())


class NearDuplicates(Detector):
    """Minus the mean distance to the `k` nearest of the last `buffer` queries."""

    name = "near duplicates"

    def __init__(self, k: int = 5, buffer: int = 1000) -> None:
        self.k, self.buffer = k, buffer
        self._seen: list[Flat] = []

    def suspicion(self, x: Flat, label: int, time: float) -> float:
        before = self._seen
        self._seen = [*before, x][-self.buffer :]
        return -nearest_mean(np.stack(before), x, self.k) if len(before) >= self.k else NOTHING
