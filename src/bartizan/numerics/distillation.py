"""What a copy of a model is taught: questions made of somebody's own inputs, and answers read as probabilities."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bartizan.core.data import Array

NOISE = 0.1
"""Spread of the noise on mixed questions, as a share of the spread of the inputs they are made of."""
TRAINING: dict[Literal["quick", "standard", "deep"], tuple[int, int]] = {
    "quick": (200, 8),
    "standard": (600, 16),
    "deep": (2000, 32),
}
"""Optimiser steps and width of a student, by effort."""


def soft_targets(scores: Array) -> Array:
    """Rows of `scores` (N×K; rounded or cut to the top k) as probabilities: what is missing is shared by the zeros.

    A row that sums to more than 1 through rounding is divided by its sum.
    """
    missing = np.clip(1 - scores.sum(axis=1, keepdims=True), 0, None)
    zeros = scores <= 0
    share = missing / np.maximum(zeros.sum(axis=1, keepdims=True), 1)
    filled = np.where(zeros, share, scores).astype(np.float32)
    return np.asarray(filled / np.maximum(filled.sum(axis=1, keepdims=True), 1e-12), np.float32)


def query_pool(
    own: Array, shape: tuple[int, ...], bounds: tuple[float, float] | None, n: int, *, noise: float, seed: int
) -> Array:
    """`n` inputs of `shape` to ask about: one's own (M×…) in random order, then noisy mixtures of two of them.

    Without any (M = 0) it is uniform noise in the bounds (standard normal without bounds).
    """
    rng = np.random.default_rng(seed)
    low, high = bounds or (-np.inf, np.inf)
    if not len(own):
        drawn = rng.uniform(low, high, (n, *shape)) if bounds else rng.standard_normal((n, *shape))
        return drawn.astype(np.float32)
    pool = own[rng.permutation(len(own))[:n]]
    more = n - len(pool)
    if not more:
        return pool
    a, b = own[rng.integers(len(own), size=more)], own[rng.integers(len(own), size=more)]
    mix = rng.beta(1.0, 1.0, (more, *(1 for _ in shape)))
    mixed = mix * a + (1 - mix) * b + noise * own.std(axis=0) * rng.standard_normal(a.shape)
    return np.concatenate([pool, np.clip(mixed, low, high).astype(np.float32)])
