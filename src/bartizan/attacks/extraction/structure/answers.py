"""Answers of the highest precision the target allows, as functions linear in its last layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import BudgetSpent, ModelError

from ..copying.answers import kind_of
from ..copying.oracle import readable

Precise = NDArray[np.float64]
Kind = Literal["logits", "probabilities"]


class Precision:
    """A target asked in float64, or in float32 where it answers so; every query counted.

    Logits are taken as they are (N×K). Of probabilities the logarithm, less that of the first class, is linear in the
    last layer too (N×(K−1)). `unit`: the rounding of an answer relative to its size, that of half precision included,
    in which answers may come though inputs go as float32. Raises `ModelError` in one
    sentence on answers without logits in them, and `BudgetSpent` beyond `budget` queries.
    """

    def __init__(
        self,
        predict: Callable[..., Any],
        x: NDArray[Any],
        budget: int | None = None,
        bounds: tuple[float, float] | None = None,
    ) -> None:
        self._predict, self._budget, self._bounds, self.queries = predict, budget, bounds, 0
        self.dtype: type[np.floating[Any]] = np.float64
        self._shape = x.shape[1:]
        answers = self._asked(x.reshape(len(x), -1).astype(np.float64))
        if answers.ndim == 1:
            raise ModelError("the target returns classes alone; structure is read from logits or scores")
        self.dtype = np.float32 if answers.dtype.itemsize <= 4 else np.float64
        self.half = answers.dtype == np.float16
        self.unit = float(np.finfo(np.float16 if self.half else self.dtype).eps)
        self.kind: Kind = "probabilities" if kind_of(answers) == "probabilities" else "logits"
        self.classes = answers.shape[1]
        self.outputs = self._linear(answers).shape[1]

    def __call__(self, x: Precise) -> Precise:
        """The linear outputs of flat inputs N×D, which should have gone through `sendable`."""
        return self._linear(self._asked(x))

    def sendable(self, x: Precise) -> Precise:
        """The inputs as the target can be sent them: within the bounds and rounded to its precision."""
        inside = x if self._bounds is None else x.clip(*self._bounds)
        return np.asarray(inside.astype(self.dtype), np.float64)

    def _asked(self, x: Precise) -> NDArray[Any]:
        if self._budget is not None and self.queries + len(x) > self._budget:
            raise BudgetSpent(f"{self.queries + len(x)} queries would exceed the budget of {self._budget}")
        self.queries += len(x)
        return readable(self._predict(x.reshape(-1, *self._shape).astype(self.dtype)), len(x))

    def _linear(self, answers: NDArray[Any]) -> Precise:
        z = answers.astype(np.float64)
        if self.kind == "logits":
            return z
        if (z <= 0).any():
            raise ModelError("the target returns scores of zero (rounded, cut or too sure); structure is not in them")
        return np.asarray(np.log(z[:, 1:]) - np.log(z[:, :1]), np.float64)
