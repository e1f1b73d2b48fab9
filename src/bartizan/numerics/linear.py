"""A linear classifier as a target: the subject on which the truth is known in closed form."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.target import Target, TargetInfo
from bartizan.numerics.updates import update_of

if TYPE_CHECKING:
    import torch


class LinearTarget(Target):
    """softmax(flatten(x) W + b), with W of shape D×K and b of length K.

    `scores` is NumPy alone; `logits` and `weights` import torch when called. `parameters` holds `weight` (K×D) and
    `bias`, as torch names and lays them out. Retraining is ridge regression,
    one class against the rest, in closed form: the same data give the same weights, whatever the seed.
    Raises `ValueError` when the shapes do not fit each other.
    """

    def __init__(
        self,
        W: NDArray[np.floating],
        b: NDArray[np.floating] | None = None,
        *,
        bounds: tuple[float, float] | None = (0.0, 1.0),
        input_shape: tuple[int, ...] | None = None,
        id: str = "linear",
        modality: Literal["image", "tabular"] | None = None,
        ridge: float = 1e-3,
        digest: str | None = None,
    ) -> None:
        self.W = np.ascontiguousarray(W, np.float32)
        self.b = np.zeros(self.W.shape[1], np.float32) if b is None else np.ascontiguousarray(b, np.float32)
        self.ridge = ridge
        shape = (self.W.shape[0],) if input_shape is None else tuple(input_shape)
        if int(np.prod(shape)) != self.W.shape[0] or self.b.shape != (self.W.shape[1],):
            raise ValueError(f"W {self.W.shape}, b {self.b.shape} and inputs of shape {shape} do not fit each other")
        self.info = TargetInfo(
            id=id,
            input_shape=shape,
            classes=self.W.shape[1],
            bounds=bounds,
            modality=modality or ("image" if len(shape) == 3 else "tabular"),
            differentiable=True,
            retrainable=True,
            digest=digest or _digest(self.W, self.b),
        )

    def scores(self, x: Array) -> Array:
        z = x.reshape(len(x), -1).astype(np.float64) @ self.W.astype(np.float64) + self.b
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)

    def labels(self, x: Array) -> Labels:
        z = x.reshape(len(x), -1).astype(np.float64) @ self.W.astype(np.float64) + self.b
        return np.asarray(z.argmax(axis=1), np.int64)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        import torch

        W, b = (torch.from_numpy(a).to(x) for a in (self.W, self.b))
        return x.flatten(1) @ W + b

    def weights(self) -> torch.nn.Module:
        import torch

        layer = torch.nn.utils.skip_init(torch.nn.Linear, *self.W.shape)  # type: ignore[no-untyped-call]
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(self.W.T.copy()))
            layer.bias.copy_(torch.from_numpy(self.b))
        return torch.nn.Sequential(torch.nn.Flatten(1), layer).eval()

    def update(self, x: Array, y: Labels, *, steps: int, learning_rate: float) -> dict[str, NDArray[np.float32]]:
        return update_of(self.weights(), x, y, steps=steps, learning_rate=learning_rate)

    def parameters(self) -> dict[str, NDArray[np.generic]]:
        return {"weight": self.W.T.copy(), "bias": self.b.copy()}

    def with_parameters(self, arrays: dict[str, NDArray[np.generic]], *, digest: str) -> LinearTarget:
        return self._like(np.asarray(arrays["weight"], np.float32).T, np.asarray(arrays["bias"], np.float32), digest)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> LinearTarget:
        W, b = ridge_classifier(x, y, self.info.classes, self.ridge)
        return self._like(W, b, None)

    def _like(self, W: Array, b: Array, digest: str | None) -> LinearTarget:
        i = self.info
        return LinearTarget(
            W,
            b,
            bounds=i.bounds,
            input_shape=i.input_shape,
            id=i.id,
            modality=i.modality,
            ridge=self.ridge,
            digest=digest,
        )


def ridge_classifier(x: Array, y: Labels, classes: int, ridge: float) -> tuple[Array, Array]:
    """Weights D×K and bias K of least squares on ±1 targets; `ridge` is the penalty per example (bias unpenalised)."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    signs = np.where(y[:, None] == np.arange(classes), 1.0, -1.0)
    mean, mean_sign = flat.mean(axis=0), signs.mean(axis=0)
    centred = flat - mean
    gram = centred.T @ centred + ridge * len(x) * np.eye(flat.shape[1])
    W = np.linalg.solve(gram, centred.T @ (signs - mean_sign))
    return W.astype(np.float32), (mean_sign - mean @ W).astype(np.float32)


def _digest(W: Array, b: Array) -> str:
    h = hashlib.sha256(f"linear{W.shape}".encode())
    h.update(W.tobytes())
    h.update(b.tobytes())
    return h.hexdigest()
