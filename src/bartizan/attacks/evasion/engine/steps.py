"""Points of ball and box in a direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.numerics.projections import Bounds, Norm, project, safe_radius, size_of

FAR = 1e4


@dataclass(frozen=True)
class Ball:
    """The change allowed: `radius` lies so far below ε that rounding cannot carry an input out."""

    norm: Norm
    radius: float
    bounds: Bounds

    @classmethod
    def safe(cls, norm: Norm, eps: float, bounds: Bounds, dimensions: int) -> Ball:
        """The ball of radius `eps`, less what rounding may add."""
        return cls(norm, safe_radius(eps, norm, bounds, dimensions), bounds)

    def unit(self, direction: NDArray[np.floating]) -> NDArray[np.float64]:
        """`direction` (any shape) with size 1 and, for L∞, at a corner."""
        if self.norm == "linf":
            return np.asarray(np.where(direction < 0, -1.0, 1.0))
        return np.asarray(direction / max(float(np.linalg.norm(direction)), 1e-30))

    def farthest(self, x0: Array, direction: NDArray[np.floating]) -> Array:
        """The point of ball and box around `x0` (one example) that lies farthest in `direction`."""
        if self.norm in ("l1", "l0"):
            return self._few_values(x0, direction)
        x = x0[None].astype(np.float64)
        far = x + FAR * self.reach(x0.size) * self.unit(direction)[None]
        return np.asarray(project(far, x, self.norm, self.radius, self.bounds)[0], np.float32)

    def _few_values(self, x0: Array, direction: NDArray[np.floating]) -> Array:
        """To the end of the box in the values that gain most, as many as the ball holds: for l1 the last in part."""
        room = np.where(direction < 0, x0.astype(np.float64) - self.bounds[0], self.bounds[1] - x0).ravel()
        size = np.abs(direction).ravel()
        order = np.argsort(-(size if self.norm == "l1" else size * room), kind="stable")
        used = room[order] if self.norm == "l1" else np.ones(x0.size)
        share = np.clip((self.radius - (np.cumsum(used) - used)) / np.maximum(used, 1e-30), 0, 1)
        change = np.zeros(x0.size)
        change[order] = share * room[order]
        moved = x0 + np.where(direction < 0, -1, 1) * change.reshape(x0.shape)
        return np.asarray(np.clip(moved, *self.bounds), np.float32)

    def along(self, x0: Array, direction: NDArray[np.floating], distance: float) -> Array:
        """`x0` moved by `distance` in a unit `direction`, cut by the box only."""
        return np.asarray(np.clip(x0 + distance * direction, *self.bounds), np.float32)

    def size(self, x: Array, x0: Array) -> float:
        """How far `x` lies from `x0`."""
        return float(size_of(x[None].astype(np.float64) - x0[None], self.norm)[0])

    def reach(self, dimensions: int) -> float:
        """The size of the whole box."""
        wide = self.bounds[1] - self.bounds[0]
        return wide if self.norm == "linf" else wide * float(np.sqrt(dimensions))

    def nearest(self, x: Array, x0: Array) -> Array:
        """The points of balls and box around `x0` (N×…) nearest to `x`."""
        return np.asarray(project(x.astype(np.float64), x0, self.norm, self.radius, self.bounds), np.float32)
