"""Two shares measured on the same examples: their difference, and whether there is one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


def wilson(p: float, n: int, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson's score interval of a share `p` seen over `n` units. Wilson, JASA 22 (1927) 209–212."""
    from scipy.special import ndtri

    z2 = float(ndtri(1 - alpha / 2)) ** 2
    centre, half = p + z2 / (2 * n), math.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
    return max(0.0, (centre - half) / (1 + z2 / n)), min(1.0, (centre + half) / (1 + z2 / n))


def paired_difference(first: ArrayLike, second: ArrayLike, alpha: float = 0.05) -> tuple[float, float, float]:
    """How much more often `first` is true than `second`, on the same examples: value, low, high.

    Newcombe's paired score interval (method 10), which stays honest when no pair differs. Either argument may be
    S×N instead of N: S repetitions (retraining seeds) of the same N examples. Their 2×2 tables are averaged; an
    example still counts once, so that repetitions never make the interval look more certain about new examples.
    Raises `ValueError` on arguments of different shapes or without examples.
    Newcombe, Statistics in Medicine 17 (1998) 2635–2650.
    """
    a, b = np.atleast_2d(np.asarray(first, np.float64)), np.atleast_2d(np.asarray(second, np.float64))
    if a.shape != b.shape or a.size == 0:
        raise ValueError(f"pairs need two arrays of one shape that is not empty, not {a.shape} and {b.shape}")
    n = a.shape[1]
    p1, p2, both = float(a.mean()), float(b.mean()), float((a * b).mean())
    (l1, u1), (l2, u2) = wilson(p1, n, alpha), wilson(p2, n, alpha)
    phi = _correlation(p1, p2, both, n)
    down = math.sqrt(max(0.0, (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2))
    up = math.sqrt(max(0.0, (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2))
    return p1 - p2, max(-1.0, p1 - p2 - down), min(1.0, p1 - p2 + up)


def discordant(first: ArrayLike, second: ArrayLike) -> tuple[int, int]:
    """Of the same examples, how many are true in `first` alone and how many in `second` alone."""
    a, b = np.asarray(first, np.bool_), np.asarray(second, np.bool_)
    return int((a & ~b).sum()), int((b & ~a).sum())


def mcnemar(first: int, second: int) -> float:
    """Exact two-sided p-value of the two discordant counts, were each pair that differs as likely to do so either way.

    1 where none differs. McNemar, Psychometrika 12 (1947) 153–157, by the binomial distribution.
    """
    from scipy.stats import binomtest

    return float(binomtest(first, first + second, 0.5).pvalue) if first + second else 1.0


def _correlation(p1: float, p2: float, both: float, n: int) -> float:
    """Newcombe's φ, with his continuity correction where it is positive; 0 where a margin is empty."""
    spread = p1 * (1 - p1) * p2 * (1 - p2)
    covariance = both - p1 * p2
    if spread <= 0:
        return 0.0
    corrected = max(covariance - 1 / (2 * n), 0.0) if covariance > 0 else covariance
    return corrected / math.sqrt(spread)
