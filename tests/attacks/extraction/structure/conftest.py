"""Networks of known structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Network = Callable[[NDArray[Any]], NDArray[Any]]


def two_layers(inputs: int, hidden: int, classes: int, seed: int, dtype: type = np.float64) -> Network:
    """x ↦ A relu(W x + b) + c."""
    rng = np.random.default_rng(seed)
    W, b = rng.standard_normal((hidden, inputs)) / inputs**0.5, 0.5 * rng.standard_normal(hidden)
    A, c = rng.standard_normal((classes, hidden)) / hidden**0.5, rng.standard_normal(classes)
    W, b, A, c = (a.astype(dtype) for a in (W, b, A, c))
    return lambda x: np.maximum(np.asarray(x, dtype) @ W.T + b, 0) @ A.T + c


def softened(network: Network) -> Network:
    """The same network, giving probabilities."""

    def scores(x: NDArray[Any]) -> NDArray[Any]:
        z = network(x)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))

    return scores
