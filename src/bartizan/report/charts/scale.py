"""From values to places on the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] to [start, end], linearly or by the logarithm. Values outside are held at the edges."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of `value`."""
        low, high, value = (self._warp(v) for v in (self.low, self.high, value))
        share = 0.0 if high == low else (value - low) / (high - low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int = 5) -> list[float]:
        """Round values inside [low, high], at most about `most` of them."""
        return _decades(self.low, self.high, most) if self.log else _steps(self.low, self.high, most)

    def _warp(self, value: float) -> float:
        return math.log10(max(value, self.low, 1e-300)) if self.log else value


def roof(most: float) -> float:
    """The end of an axis of shares that shows small ones large: 5, 10, 20, 50 or 100 %, at least `most`, with room."""
    return next((top for top in (0.05, 0.1, 0.2, 0.5) if most <= 0.85 * top), 1.0)


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    every = max(1, math.ceil((last - first + 1) / most))
    ticks = [10.0**p for p in range(first, last + 1, every)]
    return ticks if len(ticks) >= 2 else [low, high]


def _steps(low: float, high: float, most: int) -> list[float]:
    if high <= low:
        return [low]
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 12) for k in range(first, math.floor(high / step + 1e-9) + 1)]
