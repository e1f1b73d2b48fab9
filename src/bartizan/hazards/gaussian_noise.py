"""Gaussian noise: a poor sensor or scanner."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from bartizan.core.data import Array
from bartizan.hazards.corruption import Corruption, Scene, hazard_spec
from bartizan.hazards.severity import Severity, Sweep


class GaussianNoiseParams(Sweep):
    """The range is the standard deviation σ, in units of the input."""

    kind: str = "gaussian_noise"
    low: float = 0.0
    high: float = 0.1


class GaussianNoise(Corruption):
    """x + N(0, σ) for each pixel by itself, cut to the bounds. Severity: σ."""

    spec = hazard_spec(
        "gaussian_noise", "Gaussian noise", "Adds independent noise to every pixel, as a poor sensor does."
    )
    params: ClassVar[type[Sweep]] = GaussianNoiseParams
    valid: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        σ = severity.reshape(-1, *[1] * (x.ndim - 1))
        return np.asarray(np.clip(x + σ * rng.standard_normal(x.shape), *scene.bounds), np.float32)
