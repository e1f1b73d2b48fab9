"""Confidence intervals: exact for shares, Student's for the mean of a few paired differences."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


def clopper_pearson(k: int, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Exact two-sided interval at level 1 − `alpha` for a share of which `k` out of `n` were seen.

    Covers the true share with probability at least 1 − `alpha`, whatever it is; (0, 1) when `n` is 0.
    Raises `ValueError` unless 0 ≤ k ≤ n. Clopper and Pearson, Biometrika 26 (1934) 404–413.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} out of {n} is not a share")
    if n == 0:
        return 0.0, 1.0
    from scipy.special import betaincinv

    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, alpha / 2))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - alpha / 2))
    return low, high


def mean_interval(
    values: ArrayLike,
    alpha: float = 0.05,
    *,
    bounds: tuple[float, float] = (-1.0, 1.0),
    resolution: float = 0.0,
) -> tuple[float, float]:
    """Student's interval at level 1 − `alpha` for the mean of independent `values`, cut to `bounds`.

    Meant for paired differences over few units (retraining seeds). With fewer than two values nothing is known of
    their spread and the answer is `bounds`. `resolution` is the smallest step a value can take (1/n for an accuracy
    over n examples): the spread is never taken below that of the rounding, so equal values give no zero-width interval.
    """
    a = np.asarray(values, np.float64).ravel()
    if len(a) < 2:
        return bounds
    from scipy.special import stdtrit

    spread = max(float(a.std(ddof=1)), resolution / math.sqrt(12))
    half = float(stdtrit(len(a) - 1, 1 - alpha / 2)) * spread / math.sqrt(len(a))
    mean = float(a.mean())
    return max(bounds[0], mean - half), min(bounds[1], mean + half)
