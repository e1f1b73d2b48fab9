"""Tests of single inputs at inference time: does this one carry a trigger?

Both give a score for each input, high where it is suspicious, and a threshold from clean inputs. They answer for single
triggers that overpower everything else; a trigger that works on one class only, or with an image of its own, escapes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError
from bartizan.numerics.intervals import clopper_pearson

Scores = NDArray[np.float64]
Ask = Callable[[Array], Array]
FACTORS = (2.0, 3.0, 4.0, 5.0)


@dataclass(frozen=True)
class InputTest:
    """threshold: inputs with a score above it are stopped. false_alarms: share of other clean inputs above it, with its
    exact interval; of: how many they were."""

    threshold: float
    false_alarms: tuple[float, float, float]
    of: int

    def caught(self, scores: Scores) -> tuple[float, float, float]:
        """Share of these inputs that are stopped, with its exact interval."""
        return _share(scores, self.threshold)


def superposition_scores(scores: Ask, x: Array, overlays: Array, *, weight: float = 0.5) -> Scores:
    """Minus the mean entropy (nats) of the answers to each of x (N×…) blended with each of `overlays` (M×…): an answer
    that no other image can disturb is held by a trigger. Gao et al., STRIP, ACSAC 2019.

    scores: N×… → probabilities N×K. weight: of the overlay. Costs N·M queries. Raises `DataError` without overlays.
    """
    if not len(overlays):
        raise DataError("superposition needs clean inputs to blend with, and was given none")
    total = np.zeros(len(x))
    for overlay in overlays:
        p = np.asarray(scores(((1 - weight) * x + weight * overlay).astype(np.float32)), np.float64)
        total += -(p * np.log(np.clip(p, 1e-12, 1))).sum(axis=1)
    return -total / len(overlays)


def scaling_scores(
    labels: Callable[[Array], Labels], x: Array, bounds: tuple[float, float], factors: tuple[float, ...] = FACTORS
) -> Scores:
    """Share of the `factors` by which each input can be brightened (from the low bound, cut at the high one) without
    another answer. Guo et al., SCALE-UP, ICLR 2023. Costs N·(1 + factors) queries."""
    low, high = bounds
    own = labels(x)
    kept = [labels(np.clip(low + f * (x - low), low, high).astype(np.float32)) == own for f in factors]
    return np.asarray(np.mean(kept, axis=0), np.float64)


def calibrated(clean: Scores, *, rate: float = 0.05, seed: int = 0) -> InputTest:
    """The least threshold that at most a share `rate` of one half of the clean inputs' scores exceeds, and how often
    the other half does. Raises `DataError` where the half has fewer than 1/rate inputs: no such rate could be told."""
    order = np.random.default_rng(seed).permutation(len(clean))
    set_on, tried = clean[order[: len(clean) // 2]], clean[order[len(clean) // 2 :]]
    if len(set_on) < 1 / rate:
        raise DataError(f"{len(clean)} clean inputs cannot set a threshold at {rate:g}; give at least {2 / rate:.0f}")
    threshold = float(np.sort(set_on)[::-1][int(np.floor(rate * len(set_on)))])
    return InputTest(threshold, _share(tried, threshold), len(tried))


def _share(scores: Scores, threshold: float) -> tuple[float, float, float]:
    k = int((scores > threshold).sum())
    return (k / max(len(scores), 1), *clopper_pearson(k, len(scores)))
