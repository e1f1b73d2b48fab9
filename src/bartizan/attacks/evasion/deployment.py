"""What reaches the model of an image that was written to a file: 8 bits a value."""

from __future__ import annotations

import numpy as np

from bartizan.core.data import Array


def eight_bit(x: Array, bounds: tuple[float, float]) -> Array:
    """`x` rounded to the nearest of 256 levels between `bounds`."""
    low, high = bounds
    levels = np.round((x.astype(np.float64) - low) / (high - low) * 255)
    return np.clip(low + levels / 255 * (high - low), low, high).astype(np.float32)
