"""A test of how the distances between an account's queries are distributed.

Of natural inputs the distance to the nearest earlier query of the same class is close to normally distributed; of
inputs made from each other it is not. Juuti, Szyller, Marchal and Asokan, PRADA, EuroS&P 2019, arXiv:1805.02628.
Evaded by natural queries: Atli, Szyller, Juuti, Marchal and Asokan, arXiv:1910.05429.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .detector import NOTHING, Detector, Flat
from .pairwise import earlier

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
        self._grown: dict[int, _Grown] = {}
        self._inputs: dict[int, list[Flat]] = {}
        self._distances: list[float] = []
        self._last, self._count = NOTHING, 0

    def suspicion(self, x: Flat, label: int, time: float) -> float:
        known = self._inputs.setdefault(label, [])
        apart = ((np.stack(known) - x) ** 2).sum(axis=1) if known else np.zeros(0)
        nearest, joins = self._grown.setdefault(label, _Grown()).meet(apart)
        if joins:
            known.append(x)
        return self._after(nearest)

    def suspicions(self, x: Flat, labels: NDArray[np.int64], times: NDArray[np.float64]) -> NDArray[np.float64]:
        nearest: list[float | None] = [None] * len(x)
        for label in np.unique(labels):
            rows, grown, members = np.flatnonzero(labels == label), _Grown(), np.zeros(0, np.int64)
            for i, _, apart in earlier(x[rows]):
                nearest[rows[i]], joins = grown.meet(apart[members])
                members = np.append(members, i) if joins else members
        return np.array([self._after(d) for d in nearest], np.float64)

    def _after(self, nearest: float | None) -> float:
        """The suspicion after one more query, which was so far from its class."""
        if nearest is not None:
            self._distances = [*self._distances, nearest][-self.window :]
        self._count += 1
        if len(self._distances) >= self.least and self._count % self.every == 0:
            self._last = 1 - normality(np.array(self._distances))
        return self._last


class _Grown:
    """The growing set of one class: a query joins it if it is far from all of it."""

    def __init__(self) -> None:
        self._n, self._sum, self._squares = 0, 0.0, 0.0

    def meet(self, apart: NDArray[np.floating]) -> tuple[float | None, bool]:
        """The distance to the set, given the squared ones to its members, and whether the query joins."""
        if not len(apart):
            return None, True
        nearest = float(np.sqrt(apart.min()))
        mean = self._sum / max(self._n, 1)
        spread = max(self._squares / max(self._n, 1) - mean**2, 0.0) ** 0.5
        joins = nearest > mean - spread
        if joins:
            self._n, self._sum, self._squares = self._n + 1, self._sum + nearest, self._squares + nearest**2
        return nearest, joins
