"""How many tries until it breaks, when some never break within the budget: the Kaplan–Meier estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bartizan.numerics.intervals import clopper_pearson

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """The share still standing after `tries[i]` tries, with its pointwise band, as a step function from 1.

    tries, standing, low, high: one entry for each number of tries at which something broke, increasing.
    n: examples in all; censored_at: the most tries that an example could have had.
    """

    tries: Floats
    standing: Floats
    low: Floats
    high: Floats
    n: int
    censored_at: float
    start: tuple[float, float]

    def success_at(self, q: float) -> tuple[float, float, float] | None:
        """Share broken within `q` tries and its interval; None when `q` lies beyond what was tried.

        Where nothing is left standing no further try is needed to know.
        """
        if self.n == 0 or (q > self.censored_at and not self.all_broken):
            return None
        i = int(np.searchsorted(self.tries, q, side="right")) - 1
        if i < 0:
            return 0.0, 1 - self.start[1], 1 - self.start[0]
        return 1 - float(self.standing[i]), 1 - float(self.high[i]), 1 - float(self.low[i])

    @property
    def all_broken(self) -> bool:
        """Whether nothing is left standing."""
        return bool(len(self.standing)) and float(self.standing[-1]) <= 1e-12

    def quantile(self, share: float) -> tuple[float | None, float | None, float | None]:
        """Tries until `share` is broken, with its interval; None wherever that lies beyond the budget."""
        still = 1 - share
        return self._first(self.standing, still), self._first(self.low, still), self._first(self.high, still)

    @property
    def median(self) -> tuple[float | None, float | None, float | None]:
        """Tries until half is broken, with its interval; None means: more than `censored_at`."""
        return self.quantile(0.5)

    def _first(self, curve: Floats, still: float) -> float | None:
        below = np.flatnonzero(curve <= still + 1e-12)
        return float(self.tries[below[0]]) if len(below) else None


def kaplan_meier(tries: ArrayLike, reached: ArrayLike, alpha: float = 0.05, *, budget: float = 0.0) -> Curve:
    """Estimate the curve from `tries` (spent until success, or until given up) and `reached` (whether it succeeded).

    An example given up counts as standing at least that long; `budget` is what each could have had, if it is more.
    The band is Greenwood's on the log(−log) scale; where that is undefined (nothing, or everything, has broken yet) it
    is the exact binomial one.
    Raises `ValueError` when lengths differ or tries are negative.
    Kaplan and Meier, JASA 53 (1958) 457–481; Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data.
    """
    t = np.asarray(tries, np.float64).ravel()
    r = np.asarray(reached, bool).ravel()
    if t.shape != r.shape or (t < 0).any():
        raise ValueError("tries must be non-negative, one for each entry of reached")
    events, broken = np.unique(t[r], return_counts=True)
    at_risk = np.asarray([(t >= e).sum() for e in events], np.float64)
    standing = np.cumprod(1 - broken / at_risk, dtype=np.float64)
    low, high = _band(standing, broken, at_risk, alpha)
    start = clopper_pearson(len(t), len(t), alpha)
    return Curve(events, standing, low, high, len(t), float(t.max(initial=budget)), start)


def _band(standing: Floats, broken: NDArray[np.int64], at_risk: Floats, alpha: float) -> tuple[Floats, Floats]:
    from scipy.special import ndtri

    z = float(ndtri(1 - alpha / 2))
    low, high = np.empty_like(standing), np.empty_like(standing)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(broken / (at_risk * (at_risk - broken)))
    for i, s in enumerate(standing):
        if s <= 0:
            low[i], high[i] = clopper_pearson(0, int(at_risk[0]), alpha)
        else:
            width = z * float(np.sqrt(greenwood[i])) / abs(float(np.log(s)))
            low[i], high[i] = s ** np.exp(width), s ** np.exp(-width)
    return low, high
