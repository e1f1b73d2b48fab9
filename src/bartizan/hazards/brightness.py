"""Brightness: too much or too little light."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from bartizan.core.data import Array
from bartizan.hazards.corruption import Corruption, Scene, hazard_spec
from bartizan.hazards.severity import Severity, Sweep


class BrightnessParams(Sweep):
    """The range is what is added to every pixel, in units of the input."""

    kind: str = "brightness"
    low: float = -0.2
    high: float = 0.2


class Brightness(Corruption):
    """x + s, cut to the bounds. Severity: s; below 0 is darker."""

    spec = hazard_spec("brightness", "Brightness", "Makes the whole image lighter or darker by a constant.")
    params: ClassVar[type[Sweep]] = BrightnessParams

    def corrupt(self, x: Array, severity: Severity, *, rng: np.random.Generator, scene: Scene) -> Array:
        added = severity.reshape(-1, *[1] * (x.ndim - 1))
        return np.asarray(np.clip(x + added, *scene.bounds), np.float32)
