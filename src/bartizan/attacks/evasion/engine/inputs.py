"""What a caller hands over, made ready for the search or refused in one sentence."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.projections import Bounds, Norm

NORMS: tuple[str, ...] = get_args(Norm)


def checked_data(x: Any, y: Any, bounds: Bounds) -> tuple[Array, Labels]:
    """Inputs as float32 N×… and classes as int64 N. Raises `DataError` or `UsageError` in one sentence."""
    inputs = checked_inputs(x, bounds)
    labels = np.asarray(_numpy(y))
    if labels.shape != (len(inputs),):
        raise DataError(f"y has shape {labels.shape} for {len(inputs)} examples; it must hold one class for each")
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"y holds {labels.dtype}, not classes; give integers from 0")
    if (labels < 0).any():
        raise DataError(f"y holds the class {int(labels.min())}; classes count from 0")
    return inputs, labels.astype(np.int64)


def checked_inputs(x: Any, bounds: Bounds, name: str = "x") -> Array:
    """Inputs as float32 N×…, called `name` in messages. Raises `DataError` or `UsageError` in one sentence."""
    low, high = _bounds(bounds)
    inputs = np.asarray(_numpy(x))
    if inputs.ndim < 2 or len(inputs) == 0:
        raise DataError(f"{name} has shape {inputs.shape}; it must hold at least one example, N×…")
    inputs = np.asarray(inputs, np.float32)
    if not np.isfinite(inputs).all():
        row = int(np.flatnonzero(~np.isfinite(inputs).reshape(len(inputs), -1).all(1))[0])
        raise DataError(f"{name} holds NaN or infinity (first in example {row}); remove or repair such examples")
    if inputs.min() < np.float32(low) or inputs.max() > np.float32(high):
        raise DataError(
            f"{name} reaches from {inputs.min():g} to {inputs.max():g}, outside the bounds {low:g} to {high:g}; "
            "scale the data or state the bounds the model is used with"
        )
    return inputs


def checked_ball(norm: str, eps: float, bounds: Bounds) -> tuple[Norm, float]:
    """The norm and radius, if they make sense. Raises `UsageError` in one sentence."""
    low, high = _bounds(bounds)
    known = checked_norm(norm)
    if not np.isfinite(eps) or eps <= 0:
        raise UsageError(f"eps is {eps}; it must be above 0")
    if norm == "linf" and eps > high - low:
        raise UsageError(f"eps {eps:g} is larger than the whole range of inputs, {high - low:g}; is it in other units?")
    if norm == "l0" and (eps < 1 or eps != int(eps)):
        raise UsageError(f"eps is {eps} for l0, where it counts changed values; give a whole number from 1")
    return known, float(eps)


def checked_norm(norm: str) -> Norm:
    """The norm, if it is one. Raises `UsageError`."""
    if norm not in NORMS:
        raise UsageError(f"there is no norm {norm!r}; known are {', '.join(NORMS)}")
    return norm  # type: ignore[return-value]


def device_of(model: Any, asked: str | None) -> str:
    """The device asked for, or that of the model's first parameter, or the CPU. Refuses a model in training mode."""
    if getattr(model, "training", False):
        raise ModelError("the model is in training mode, where it answers otherwise than deployed; call model.eval()")
    if asked is not None:
        return asked
    parameters = getattr(model, "parameters", None)
    first = next(iter(parameters()), None) if callable(parameters) else None
    return str(first.device) if first is not None else "cpu"


def _bounds(bounds: Bounds) -> tuple[float, float]:
    low, high = float(bounds[0]), float(bounds[1])
    if not (np.isfinite([low, high]).all() and low < high):
        raise UsageError(f"the bounds are {low:g} and {high:g}; give the lowest and the highest value of an input")
    return low, high


def _numpy(a: Any) -> NDArray[Any]:
    """Torch tensors of any device as NumPy; the rest as it is."""
    return a.detach().cpu().numpy() if hasattr(a, "detach") else np.asarray(a)
