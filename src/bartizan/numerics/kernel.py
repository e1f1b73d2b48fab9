"""Kernel regression as a target: in closed form like the linear one, and able to learn what is not linear."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.target import Target, TargetInfo
from bartizan.numerics.pictures import mean_squares


class KernelTarget(Target):
    """softmax(10·f(x)) with f a least-squares fit to ±1 targets, one class against the rest, in a Gaussian kernel.

    width: of the kernel, as the median distance of the training inputs times this. Training solves one N×N system, the
    same for whatever seed. It gives no gradients.
    """

    def __init__(self, x: Array, y: Labels, classes: int, *, width: float = 0.5, ridge: float = 1e-3) -> None:
        self.x, self.width, self.ridge = np.ascontiguousarray(x, np.float32), width, ridge
        squares = mean_squares(self.x, self.x)
        self.scale = max(float(np.median(squares)), 1e-9) * width**2
        signs = np.where(y[:, None] == np.arange(classes), 1.0, -1.0)
        gram = self._kernel(squares)
        self.alpha = np.linalg.solve(gram + ridge * np.eye(len(gram)), signs)
        self.info = TargetInfo(
            id="kernel",
            input_shape=self.x.shape[1:],
            classes=classes,
            bounds=(0.0, 1.0),
            modality="image" if self.x.ndim == 4 else "tabular",
            retrainable=True,
            digest=hashlib.sha256(self.x.tobytes() + np.ascontiguousarray(y).tobytes()).hexdigest(),
        )

    def scores(self, x: Array) -> Array:
        z = 10 * (self._kernel(mean_squares(x, self.x)) @ self.alpha)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> KernelTarget:
        return KernelTarget(x, y, self.info.classes, width=self.width, ridge=self.ridge)

    def _kernel(self, squares: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.exp(-squares / (2 * self.scale)), np.float64)
