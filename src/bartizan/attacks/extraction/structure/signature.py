"""What the answers to a fixed set of questions say of how a model was made, whatever it has learnt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Labels

from .answers import Precise
from .bends import bends
from .questions import BASES, GRID, LINES, NOISES, PLACES, STEPS, Questions

FLOOR = 1e-7
"""Of what is taken the logarithm of: where a sum of effects is exact, its rest is rounding."""


def signature(log_p: Precise, noise: Precise, of: Questions, y: Labels) -> NDArray[np.float64]:
    """Some sixty numbers from answers to `of.asked`: log-probabilities M×K, each input's off by up to `noise` (M).

    y: classes of the inputs `own`. How sure the model is and how right; how that changes with noise, between inputs and
    outside; how many bends its answers have along lines and what they say of units; whether changes of two patches add
    up, by the gap between them (those that no unit sees together do); how it takes to directions that no record has.
    """
    parts = {name: log_p[where] for name, where in of.parts.items()}
    linear = {name: z - z.mean(axis=1, keepdims=True) for name, z in parts.items()}
    own = linear["own"][:BASES]
    lines = [_lines(linear[name], noise[of.parts[name]], t) for name, t in PLACES.items()]
    pieces = [_manner(parts, y), *lines, _empty(linear["directions"], own)]
    if of.gaps:
        pieces.append(_joint(linear["patches"], own, len(of.gaps)))
    return np.concatenate(pieces)


def _manner(parts: dict[str, Precise], y: Labels) -> Precise:
    clipped = {name: np.clip(z, -30, 0) for name, z in parts.items()}
    own, far = clipped["own"], clipped["outside"]
    noisy = clipped["noisy"].reshape(len(NOISES), len(own), -1)
    path = clipped["between"].reshape(len(STEPS), len(own), -1)
    curved, size = np.abs(path[0] - 2 * path[1] + path[2]), max(float(np.abs(own).mean()), 1e-6)
    return np.concatenate([
        *(_spread(b.max(axis=1)) for b in (own, *noisy, path[1], far)),
        *(_spread(_entropy(b)) for b in (own, path[1], far)),
        *(_spread(np.abs(b - own).mean(axis=1) / size) for b in noisy),
        _spread(curved.mean(axis=1) / size),
        _spread(own.std(axis=1)),
        _spread(np.abs(far).mean(axis=1) / size),
        np.array([(b.argmax(axis=1) == y).mean() for b in (own, *noisy)]),
    ])  # fmt: skip


def _lines(z: Precise, noise: Precise, t: Precise) -> Precise:
    of = bends(z.reshape(LINES, GRID, -1), noise.reshape(LINES, GRID), t)
    counts = np.log1p([of.count, of.even, of.single, of.units])
    return np.array([*counts, of.recurring])


def _joint(z: Precise, own: Precise, gaps: int) -> Precise:
    """For each gap, the logarithm of how far both changes together are from the sum of each, relative to these."""
    one, two, both = np.moveaxis(z.reshape(gaps, 3, len(own), -1), 1, 0)
    rest = np.linalg.norm(both - one - two + own, axis=2)
    alone = np.sqrt(np.linalg.norm(one - own, axis=2) * np.linalg.norm(two - own, axis=2))
    share = np.median(rest, axis=1) / np.maximum(np.median(alone, axis=1), FLOOR)
    return np.asarray(np.log10(np.maximum(share, FLOOR)), np.float64)


def _empty(z: Precise, own: Precise) -> Precise:
    """The logarithms of how far answers move along directions that records fill, and of the others over these."""
    filled, empty = np.median(np.linalg.norm(z.reshape(2, len(own), -1) - own, axis=2), axis=1)
    return np.log(np.maximum([filled, max(empty, FLOOR) / max(filled, FLOOR)], FLOOR))


def _spread(v: Precise) -> Precise:
    return np.quantile(v, [0.1, 0.5, 0.9]).astype(np.float64)


def _entropy(log_p: Precise) -> Precise:
    return np.asarray(-(np.exp(log_p) * log_p).sum(axis=1), np.float64)
