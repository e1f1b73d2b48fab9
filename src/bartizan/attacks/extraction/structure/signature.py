"""What the answers to a fixed set of questions say of how a model was made, whatever it has learnt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels

from .answers import Precise

NOISES = (0.1, 0.5)
STEPS = (0.25, 0.5, 0.75)
FAR = 3.0
BLOCKS = 1 + len(NOISES) + len(STEPS) + 1


def questions(x: Array, seed: int) -> Array:
    """`x` (N×…), the same with noise, places between each and another, and each far beyond its size; BLOCKS·N."""
    rng = np.random.default_rng(seed)
    other, spread = x[rng.permutation(len(x))], float(x.std()) or 1.0
    noisy = [x + s * spread * rng.standard_normal(x.shape).astype(np.float32) for s in NOISES]
    between = [(1 - t) * x + t * other for t in STEPS]
    return np.concatenate([x, *noisy, *between, FAR * x]).astype(np.float32)


def signature(log_p: Precise, y: Labels) -> NDArray[np.float64]:
    """Some forty numbers from answers (BLOCKS·N×K log-probabilities) to `questions` about inputs of classes `y` (N).

    How sure the model is and how right; how much that changes with noise; how bent it is between inputs, by second
    differences over a half and a quarter of the way; how fast it grows outside.
    """
    blocks = np.clip(log_p, -30, 0).reshape(BLOCKS, len(y), -1)
    own, noisy = blocks[0], blocks[1 : 1 + len(NOISES)]
    path, far = blocks[1 + len(NOISES) : -1], blocks[-1]
    bends = np.abs(path[0] - 2 * path[1] + path[2])
    size = np.maximum(np.abs(own).mean(), 1e-6)
    parts = [
        *(_spread(b.max(axis=1)) for b in (own, *noisy, path[1], far)),
        *(_spread(_entropy(b)) for b in (own, path[1], far)),
        *(_spread(np.abs(b - own).mean(axis=1) / size) for b in noisy),
        _spread(np.sort(bends, axis=1).mean(axis=1) / size),
        _spread(own.std(axis=1)),
        _spread(np.abs(far).mean(axis=1) / size),
        np.array([(b.argmax(axis=1) == y).mean() for b in (own, *noisy)]),
    ]
    return np.concatenate(parts)


def _spread(v: Precise) -> Precise:
    return np.quantile(v, [0.1, 0.5, 0.9]).astype(np.float64)


def _entropy(log_p: Precise) -> Precise:
    return np.asarray(-(np.exp(log_p) * log_p).sum(axis=1), np.float64)
