"""Asking the model on behalf of examples, each of which may spend only so much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.view import View

Rows = NDArray[np.int64]
BATCH = 256
UNLIMITED = int(np.iinfo(np.int64).max)


class Queries:
    """Counts what each example has spent and knows who can still pay.

    ask: answers a batch `(x, rows)`, where rows[i] is the example that x[i] is spent on.
    limit: the most each example may spend (N); total: the most all may spend together.
    """

    def __init__(self, ask: Callable[[Any, Rows], Any], limit: NDArray[np.int64], total: int = UNLIMITED) -> None:
        self._ask = ask
        self.limit = np.asarray(limit, np.int64).copy()
        self.total = total
        self.spent = np.zeros(len(self.limit), np.int64)

    @classmethod
    def through(cls, view: View, what: Literal["scores", "labels", "logits"], limit: int | None = None) -> Queries:
        """Queries that a view answers, within its budget and at most `limit` for each example."""
        left = view.left()
        spent = view.meter.queries
        total = UNLIMITED if view.budget.queries is None else view.budget.queries - spent
        return cls(getattr(view, what), left if limit is None else np.minimum(left, limit), total)

    @classmethod
    def free(cls, ask: Callable[[Any, Rows], Any], examples: int) -> Queries:
        """Queries without a limit: to a model of the adversary's own."""
        return cls(ask, np.full(examples, UNLIMITED, np.int64))

    def able(self, rows: Rows) -> NDArray[np.bool_]:
        """Which of `rows` (each named once) can pay for one more query; the first ones, if not all can."""
        can = self.spent[rows] < self.limit[rows]
        return can & (np.cumsum(can) <= self.left_in_all())

    def left(self, row: int) -> int:
        """Queries that one example may still spend."""
        return max(min(int(self.limit[row] - self.spent[row]), self.left_in_all()), 0)

    def left_in_all(self) -> int:
        """Queries that all may still spend together."""
        return self.total - int(self.spent.sum())

    def allow_more(self, more: NDArray[np.int64]) -> None:
        """Allow each example `more` queries beyond what it has spent, or what it was allowed, if that is more."""
        self.limit = np.maximum(self.limit, self.spent + np.minimum(more, UNLIMITED - self.spent))

    def __call__(self, x: Any, rows: Rows) -> Any:
        """The answer to one batch, spent on `rows`. Whoever calls has asked `able` before."""
        np.add.at(self.spent, rows, 1)
        return self._ask(x, rows)

    def in_parts(self, x: NDArray[np.float32], rows: Rows) -> NDArray[Any]:
        """The same for any number of NumPy rows, in passes of at most 256."""
        parts = [self(x[i : i + BATCH], rows[i : i + BATCH]) for i in range(0, len(rows), BATCH)]
        return np.concatenate(parts)
