"""How a target gives its answers, so that shadow models can be made to give theirs the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..copying.answers import kind_of
from .answers import Precise

MOST_DECIMALS = 4
SMALLEST = 1e-12


@dataclass(frozen=True)
class Served:
    """kind; decimals that answers are rounded to, None for none; dtype: their precision."""

    kind: Literal["logits", "probabilities"]
    decimals: int | None
    dtype: Any

    @classmethod
    def of(cls, answers: NDArray[Any]) -> Served:
        """By the look of answers N×K."""
        kind: Literal["logits", "probabilities"] = "probabilities" if kind_of(answers) == "probabilities" else "logits"
        dtype = np.float16 if answers.dtype.itemsize <= 2 else np.float32
        return cls(kind, _decimals(answers.astype(np.float64)), dtype)

    def like(self, logits: NDArray[np.float32]) -> NDArray[Any]:
        """Answers (N×K) of another model, from its logits, as this target would give them."""
        z = logits.astype(np.float64)
        if self.kind == "probabilities":
            z = np.exp(z - z.max(axis=-1, keepdims=True))
            z = z / z.sum(axis=-1, keepdims=True)
        given = z.astype(self.dtype)
        return given if self.decimals is None else np.round(given, self.decimals)

    def read(self, answers: NDArray[Any]) -> tuple[Precise, Precise]:
        """Log-probabilities N×K, and how far rounding may have moved those of each input, N."""
        z, unit = answers.astype(np.float64), float(np.finfo(self.dtype).eps)
        step = 0.5 * 10.0**-self.decimals if self.decimals is not None else 0.0
        if self.kind == "probabilities":
            least = np.maximum(z.min(axis=1), SMALLEST)
            noise = step / least + unit * (1 + np.abs(np.log(least)))
            z = np.log(np.maximum(z, SMALLEST))
        else:
            noise = step + unit * np.abs(z).max(axis=1)
        z = z - z.max(axis=1, keepdims=True)
        return np.asarray(z - np.log(np.exp(z).sum(axis=1, keepdims=True)), np.float64), np.asarray(noise, np.float64)


def _decimals(z: Precise) -> int | None:
    for d in range(MOST_DECIMALS + 1):
        scaled = z * 10**d
        if bool((np.abs(scaled - np.round(scaled)) <= 1e-5 * np.maximum(np.abs(scaled), 1)).all()):
            return d
    return None
