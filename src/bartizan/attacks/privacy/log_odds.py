"""What any kind of model says of the true class of each record: its log-odds, as a float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError
from bartizan.core.target import Target

BATCH = 1024
_TINY = 1e-30


def log_odds(model: Any, x: Array, y: Labels) -> NDArray[np.float64]:
    """log p_y − log(1 − p_y), N. model: a `Target`, an estimator with `predict_proba`, an `nn.Module` of logits, or
    a function of NumPy inputs to logits N×K. Raises `ModelError` on answers of another shape, or that are not numbers.
    """
    z = log_scores(model, x)
    if z.ndim != 2 or len(z) != len(x) or int(y.max(initial=0)) >= z.shape[1]:
        raise ModelError(f"the model answered {len(x)} records of {int(y.max(initial=0)) + 1} classes with {z.shape}")
    if np.isnan(z).any():
        raise ModelError(f"the model answered NaN for {int(np.isnan(z).any(axis=1).sum())} of {len(x)} records")
    true = np.take_along_axis(z, y[:, None], 1)[:, 0]
    others = np.where(np.arange(z.shape[1]) == y[:, None], -np.inf, z)
    top = others.max(axis=1)
    return np.asarray(true - top - np.log(np.exp(others - top[:, None]).sum(axis=1)), np.float64)


def log_scores(model: Any, x: Array) -> NDArray[np.float64]:
    """Logits or log-probabilities, N×K."""
    if isinstance(model, Target):
        return np.log(np.maximum(model.scores(x).astype(np.float64), _TINY))
    if hasattr(model, "predict_proba"):
        return np.log(np.maximum(np.asarray(model.predict_proba(x.reshape(len(x), -1)), np.float64), _TINY))
    if not callable(model):
        raise ModelError(f"{type(model).__name__} cannot be asked; give a network of logits, or an estimator")
    return _logits(model, x)


def _logits(model: Any, x: Array) -> NDArray[np.float64]:
    import torch

    if not isinstance(model, torch.nn.Module):
        return np.asarray(model(x), np.float64)
    before = model.training
    model.eval()  # dropout and batch statistics would answer differently each time
    with torch.no_grad():
        parts = [model(torch.from_numpy(x[i : i + BATCH])).double().numpy() for i in range(0, len(x), BATCH)]
    model.train(before)
    return np.concatenate(parts)
