"""Blur: a lens out of focus."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from bartizan.core.data import Array
from bartizan.hazards.corruption import Corruption, Scene, hazard_spec
from bartizan.hazards.severity import Severity, Sweep


class BlurParams(Sweep):
    """The range is the standard deviation σ of the Gaussian kernel, in pixels."""

    kind: str = "blur"
    low: float = 0.0
    high: float = 1.0
    unit: str = "pixel"


class Blur(Corruption):
    """Convolution with a Gaussian of standard deviation σ, edges repeated. Severity: σ."""

    spec = hazard_spec("blur", "Blur", "Smooths the image as a lens out of focus does.")
    params: ClassVar[type[Sweep]] = BlurParams
    valid: ClassVar[tuple[float, float]] = (0.0, math.inf)

    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        from scipy.ndimage import gaussian_filter

        blurred = np.empty_like(x)
        for image, σ, out in zip(x, severity, blurred, strict=True):
            gaussian_filter(image, sigma=(0, σ, σ), mode="nearest", output=out)
        return np.asarray(np.clip(blurred, *scene.bounds), np.float32)
