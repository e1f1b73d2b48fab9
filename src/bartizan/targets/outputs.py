"""What a model returns, checked and brought to N×K: logits stay logits, probabilities become them when asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import BartizanError, ModelError
from bartizan.formats.user_code import told

if TYPE_CHECKING:
    import torch

Reading = Literal["logits", "probabilities"]

_SUM_TOLERANCE = 1e-3
_TINY = 1e-12  # smallest probability a logarithm is taken of


@contextmanager
def raised_by(name: str) -> Iterator[None]:
    """Turn whatever the user's model raises into one sentence that names the model."""
    try:
        yield
    except BartizanError:
        raise
    except (Exception, SystemExit) as cause:
        raise ModelError(f"the model '{name}' raised {told(cause)}") from cause


def reading_of(raw: NDArray[Any]) -> Reading:
    """Whether rows of a model's output are probabilities (each in [0, 1] and, of more than one, summing to 1)."""
    rows = raw.reshape(len(raw), -1)
    inside = bool((rows >= 0).all() and (rows <= 1 + _SUM_TOLERANCE).all())
    sums = rows.shape[1] == 1 or bool((np.abs(rows.sum(axis=1) - 1) < _SUM_TOLERANCE).all())
    return "probabilities" if inside and sums else "logits"


def checked_rows(raw: Any, n: int, classes: int, name: str) -> NDArray[np.float64]:
    """`raw` as N×K, or N×1 for a model of two classes with one output. Raises `ModelError` on NaN or a wrong shape."""
    rows = np.asarray(raw, dtype=np.float64)
    if rows.ndim == 1:
        rows = rows[:, None]
    _check_shape(rows.shape, n, classes, name)
    _check_numbers(np.isnan(rows).any(axis=1), name)
    return rows


def probabilities(raw: Any, n: int, classes: int, reading: Reading, name: str) -> Array:
    """N×K probabilities (float32) from what the model returned. Raises `ModelError`."""
    rows = checked_rows(raw, n, classes, name)
    if rows.shape[1] == 1:
        with np.errstate(over="ignore"):
            p = rows if reading == "probabilities" else 1 / (1 + np.exp(-rows))
        rows = np.concatenate([1 - p, p], axis=1)
    elif reading == "logits":
        with np.errstate(invalid="ignore"):
            powers = np.exp(rows - rows.max(axis=1, keepdims=True))
            rows = powers / powers.sum(axis=1, keepdims=True)
        _check_numbers(np.isnan(rows).any(axis=1), name)
    return rows.astype(np.float32)


def first_output(raw: Any, name: str) -> Any:
    """The scores among what a model returned: itself, the first of a tuple, or the entry called `logits`."""
    if isinstance(raw, dict) and "logits" in raw:
        return raw["logits"]
    if isinstance(raw, tuple | list) and raw:
        return raw[0]
    if isinstance(raw, dict):
        raise ModelError(f"the model '{name}' returns a mapping without 'logits': {', '.join(map(str, raw))[:200]}")
    return raw


def tensor_logits(raw: Any, n: int, classes: int, reading: Reading, name: str) -> torch.Tensor:
    """Differentiable N×K logits from what the model returned. Raises `ModelError`."""
    import torch

    out = first_output(raw, name)
    if not isinstance(out, torch.Tensor):
        raise ModelError(f"the model '{name}' returns {type(out).__name__}, not a tensor of class scores")
    out = out[:, None] if out.ndim == 1 else out
    _check_shape(tuple(out.shape), n, classes, name)
    _check_numbers(torch.isnan(out.detach()).any(dim=1).numpy(), name)
    out = out.float()
    if reading == "probabilities":
        out = torch.log(out.clamp_min(_TINY)) if classes == out.shape[1] else torch.logit(out, eps=1e-7)
    if out.shape[1] == 1:
        out = torch.cat([torch.zeros_like(out), out], dim=1)
    return out


def _check_shape(shape: tuple[int, ...], n: int, classes: int, name: str) -> None:
    if len(shape) != 2 or shape[0] != n:
        raise ModelError(
            f"the model '{name}' returns an output of shape {shape} for {n} inputs; ({n}, {classes}) is due"
        )
    if shape[1] != classes and not (shape[1] == 1 and classes == 2):
        raise ModelError(
            f"the model '{name}' tells {shape[1]} classes apart, but the description or the data have {classes};"
            " correct load.classes or the labels"
        )


def _check_numbers(bad: Any, name: str) -> None:
    if bad.any():
        count, first = int(bad.sum()), int(bad.argmax())
        raise ModelError(f"the model '{name}' returns NaN for {count} of {len(bad)} inputs (first: row {first})")
