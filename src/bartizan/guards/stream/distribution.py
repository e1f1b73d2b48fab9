"""A test of how the distances between an account's queries are distributed.

Of natural inputs the distance to the nearest earlier query of the same class is close to normally distributed; of
inputs made from each other it is not. Juuti, Szyller, Marchal and Asokan, PRADA, EuroS&P 2019, arXiv:1805.02628.
Evaded by natural queries: Atli, Szyller, Juuti, Marchal and Asokan, arXiv:1910.05429.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .detector import NOTHING, Detector, Flat

OUTLIERS = 3.0
"""Standard deviations beyond which a distance is left out, as in the paper."""


def normality(distances: NDArray[np.floating]) -> float:
    """Shapiro and Wilk's W of distances (at least 3) without outliers: 1 for a perfect normal, and lower else.

    0 where all of them are the same.
    """
    from scipy.stats import shapiro

    d = np.asarray(distances, np.float64)
    kept = d[np.abs(d - d.mean()) <= OUTLIERS * d.std()]
    if len(kept) < 3 or np.ptp(kept) <= 1e-9 * max(float(np.abs(kept).max()), 1e-300):
        return 0.0
    return float(shapiro(kept).statistic)


class DistributionTest(Detector):
    """1 − W over the last `window` distances, from `least` on, reckoned anew at every `every`-th query."""

    name = "distribution test"

    def __init__(self, least: int = 100, window: int = 1000, every: int = 10) -> None:
        self.least, self.window, self.every = least, window, every
        self._grown: dict[int, list[Flat]] = {}
        self._within: dict[int, list[float]] = {}
        self._distances: list[float] = []
        self._last, self._count = NOTHING, 0

    def suspicion(self, x: Flat, label: int, time: float) -> float:
        nearest = self._nearest(x, label)
        if nearest is not None:
            self._distances = [*self._distances, nearest][-self.window :]
        self._count += 1
        if len(self._distances) >= self.least and self._count % self.every == 0:
            self._last = 1 - normality(np.array(self._distances))
        return self._last

    def _nearest(self, x: Flat, label: int) -> float | None:
        """The distance to the growing set of the class, which the query joins if it is far from all of it."""
        grown, within = self._grown.setdefault(label, []), self._within.setdefault(label, [])
        if not grown:
            grown.append(x)
            return None
        distance = float(np.sqrt(((np.stack(grown) - x) ** 2).sum(axis=1).min()))
        mean, spread = (float(np.mean(within)), float(np.std(within))) if within else (0.0, 0.0)
        if distance > mean - spread:
            grown.append(x)
            within.append(distance)
        return distance
