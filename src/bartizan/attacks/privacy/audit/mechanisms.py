"""Trainings whose privacy is known: an audit must come near the truth on them, stay below it, and catch each fault."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.numerics.linear import LinearTarget

Fault = Literal["", "no noise", "no clipping", "noise divided by the batch", "mean gradient clipped"]
FAULTS: tuple[Fault, ...] = ("no noise", "no clipping", "noise divided by the batch", "mean gradient clipped")


@dataclass(frozen=True)
class DpSgd:
    """Softmax regression by DP-SGD: the plainest training with a privacy promise, and four ways to break it.

    Every step takes each record with probability `rate`, clips its gradient to norm `clip`, adds Gaussian noise of
    `noise` · `clip` to the sum, and divides by the expected batch. With `rate` 1 it is a Gaussian mechanism with
    μ = √steps / noise. Abadi et al., Deep Learning with Differential Privacy, CCS 2016.

    fault: `no noise` and `no clipping` leave that step out; `noise divided by the batch` adds the noise after the mean
    is taken as if it had been divided too, once too often; `mean gradient clipped` clips the mean of
    the batch instead of each record's gradient.
    """

    classes: int = 2
    steps: int = 20
    rate: float = 1.0
    noise: float = 4.0
    clip: float = 1.0
    learning_rate: float = 0.2
    fault: Fault = ""

    @property
    def mu(self) -> float:
        """μ of the faultless training at rate 1."""
        return math.sqrt(self.steps) / self.noise

    def __call__(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        """The trained model. x: N×D, without bias."""
        rng = np.random.default_rng(seed)
        flat, signs = x.reshape(len(x), -1).astype(np.float64), np.eye(self.classes)[y]
        W = np.zeros((flat.shape[1], self.classes))
        for _ in range(self.steps):
            taken = rng.random(len(x)) < self.rate
            W -= self.learning_rate * self._step(W, flat[taken], signs[taken], len(x) * self.rate, rng)
        return LinearTarget(W, bounds=None, input_shape=x.shape[1:])

    def _step(
        self,
        W: NDArray[np.float64],
        x: NDArray[np.float64],
        signs: NDArray[np.float64],
        batch: float,
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """The noisy mean gradient. A record's gradient is an outer product, so its norm is the product of two norms."""
        errors = _softmax(x @ W) - signs
        sizes = np.linalg.norm(x, axis=1) * np.linalg.norm(errors, axis=1)
        if self.fault not in ("no clipping", "mean gradient clipped"):
            errors = errors * np.minimum(1.0, self.clip / np.maximum(sizes, 1e-12))[:, None]
        total = x.T @ errors
        if self.fault == "mean gradient clipped":
            total *= min(1.0, self.clip * batch / max(float(np.linalg.norm(total)), 1e-12))
        spread = 0.0 if self.fault == "no noise" else self.noise * self.clip
        if self.fault == "noise divided by the batch":
            spread /= batch
        noise = rng.normal(size=W.shape) * spread
        return np.asarray((total + noise) / batch, np.float64)


def _softmax(z: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float64)


def own_directions(
    records: int, canaries: int, *, features: int = 10, size: float = 8.0, seed: int = 0
) -> tuple[Array, Labels, Array, Labels]:
    """Records on `features` columns, and canaries each on a column of its own: (x, y, canary x, canary y).

    size: norm of a canary; its gradient is longer than a clip of 1 by far, so that a missing clip shows.
    """
    rng = np.random.default_rng(seed)
    x = np.zeros((records, features + canaries), np.float32)
    x[:, :features] = rng.normal(size=(records, features)) / math.sqrt(features)
    y = (x[:, 0] > 0).astype(np.int64)
    planted = np.zeros((canaries, features + canaries), np.float32)
    planted[np.arange(canaries), features + np.arange(canaries)] = size
    return x, y, planted, rng.integers(0, 2, size=canaries)
