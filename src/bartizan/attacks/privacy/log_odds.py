"""What a model says of records, as log-odds or log-probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError

from .inference.asking import BATCH, Asked, answer_of

_TINY = 1e-30


def log_odds(model: Any, x: Array, y: Labels) -> NDArray[np.float64]:
    """log p_y − log(1 − p_y) of the true classes, N, of a model of any kind that `Asked` can ask."""
    return np.asarray(Asked(model, "scores", int(y.max(initial=1)) + 1).sure(x, y), np.float64)


def log_scores(model: Any, x: Array, classes: int) -> NDArray[np.float64]:
    """Log-probabilities N×K for K ≥ `classes`, of a model of any kind that `answer_of` knows.

    Probabilities and logits are told apart by whether they are none below 0 and sum to 1. Raises `ModelError` on
    answers of another shape, or that are not numbers.
    """
    answer = answer_of(model, "scores", classes)
    parts = [np.asarray(answer(np.ascontiguousarray(x[i : i + BATCH])), np.float64) for i in range(0, len(x), BATCH)]
    z = np.concatenate(parts)
    if z.ndim != 2 or len(z) != len(x) or z.shape[1] < classes or not np.isfinite(z).all():
        raise ModelError(f"the model answered {len(x)} records of {classes} classes with {z.shape}, or with no numbers")
    if (z >= 0).all() and np.allclose(z.sum(axis=1), 1, atol=0.05):
        z = np.log(np.maximum(z, _TINY))
    z = z - z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)), np.float64)
