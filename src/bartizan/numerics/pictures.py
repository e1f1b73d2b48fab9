"""How alike two records are, and which of several belongs to which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

Sizes = NDArray[np.float64]


def mean_squares(a: Array, b: Array) -> Sizes:
    """Mean squared difference of each of N records (N×…) to each of M (M×…), N×M."""
    x, y = (r.reshape(len(r), -1).astype(np.float64) for r in (a, b))
    squares = (x**2).sum(1)[:, None] - 2 * x @ y.T + (y**2).sum(1)
    return np.asarray(np.maximum(squares, 0.0) / max(x.shape[1], 1), np.float64)


def psnr(a: Array, b: Array, span: float = 1.0) -> Sizes:
    """Peak signal-to-noise ratio of each pair in decibels, N: 10 log₁₀(span² / mean squared error), at most 100."""
    squares = ((a.astype(np.float64) - b) ** 2).reshape(len(a), -1).mean(axis=1)
    return np.asarray(10 * np.log10(span**2 / np.maximum(squares, span**2 * 1e-10)), np.float64)


def ssim(a: Array, b: Array, span: float = 1.0, window: int = 7) -> Sizes:
    """Structural similarity of pairs of images N×C×H×W, N, the mean over uniform windows; 1 for equal ones.

    Wang, Bovik, Sheikh and Simoncelli, IEEE Trans. Image Processing 13 (2004) 600–612.
    """
    from scipy.ndimage import uniform_filter

    size = (1, 1, *(min(window, s) for s in a.shape[2:]))
    x, y = a.astype(np.float64), b.astype(np.float64)
    mx, my, mxx, myy, mxy = (uniform_filter(v, size) for v in (x, y, x * x, y * y, x * y))
    c1, c2 = (0.01 * span) ** 2, (0.03 * span) ** 2
    vx, vy, vxy = mxx - mx**2, myy - my**2, mxy - mx * my
    likeness = ((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return np.asarray(likeness.mean(axis=(1, 2, 3)), np.float64)


def matched(found: Array, truth: Array) -> NDArray[np.int64]:
    """For each true record the found one that is its, so that the sum of squared differences is least; −1 for none."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(mean_squares(truth, found))
    out = np.full(len(truth), -1, np.int64)
    out[rows] = columns
    return out
