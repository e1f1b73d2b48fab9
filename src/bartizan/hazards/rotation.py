"""Rotation: paper fed in askew, a tilted camera."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from bartizan.core.data import Array
from bartizan.hazards.corruption import Corruption, Scene, hazard_spec
from bartizan.hazards.severity import Severity, Sweep


class RotationParams(Sweep):
    """The range is the angle in degrees, anticlockwise."""

    kind: str = "rotation"
    low: float = -12.0
    high: float = 12.0
    unit: str = "degree"


class Rotation(Corruption):
    """Rotation about the centre with linear interpolation; what comes in from outside repeats the edge. Severity: °."""

    spec = hazard_spec("rotation", "Rotation", "Turns the image about its centre, as a tilted camera does.")
    params: ClassVar[type[Sweep]] = RotationParams
    valid: ClassVar[tuple[float, float]] = (-180.0, 180.0)

    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        from scipy.ndimage import rotate

        turned = np.empty_like(x)
        for image, angle, out in zip(x, severity, turned, strict=True):
            rotate(image, angle, axes=(2, 1), reshape=False, order=1, mode="nearest", output=out)
        return np.asarray(np.clip(turned, *scene.bounds), np.float32)
