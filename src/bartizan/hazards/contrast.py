"""Contrast: fog, a faded print, an over-eager camera."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from bartizan.core.data import Array
from bartizan.hazards.corruption import Corruption, Scene, hazard_spec
from bartizan.hazards.severity import Severity, Sweep


class ContrastParams(Sweep):
    """The range is the factor on the distance of every pixel from the image's mean; 1 changes nothing."""

    kind: str = "contrast"
    low: float = 0.5
    high: float = 1.2


class Contrast(Corruption):
    """m + c·(x − m) with m the mean of each image and channel, cut to the bounds. Severity: c."""

    spec = hazard_spec("contrast", "Contrast", "Draws all pixels towards the image's mean, or away from it.")
    params: ClassVar[type[Sweep]] = ContrastParams
    neutral: ClassVar[float] = 1.0
    valid: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        factor = severity.reshape(-1, *[1] * (x.ndim - 1))
        mean = x.mean(axis=(-2, -1), keepdims=True)
        return np.asarray(np.clip(mean + factor * (x - mean), *scene.bounds), np.float32)
