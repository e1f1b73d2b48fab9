"""The model of a black-box search: asked in batches, counted example by example, believed only as far as it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError, UsageError
from bartizan.numerics.projections import Norm

from ..squares import margin_of_logits, margin_of_scores
from .confirm import inside
from .inputs import checked_norm
from .steps import Ball

Access = Literal["scores", "labels"]
Predict = Callable[[Array], Any]
ACCESS: tuple[str, ...] = get_args(Access)
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Oracle:
    """`predict`, read as one margin an input: below 0 where it is misread. `asked` counts inputs.

    By labels a margin is 1 or −1. By scores it is that of the logits or, where all answers to the first question are
    probabilities (all of them or the highest few), that of their logarithms, which for a softmax is the same.
    """

    def __init__(self, predict: Predict, access: Access, batch: int) -> None:
        self._predict, self.access, self._batch = predict, access, batch
        self.probabilities = False
        self.asked = 0

    def first(self, x: Array, y: Labels) -> tuple[NDArray[np.float64], Labels]:
        """Margins and classes of all unchanged inputs. Raises `ModelError` in one sentence."""
        answers = self._answers(x)
        if self.access == "scores":
            _refuse_scores(answers, int(y.max()) + 1)
            self.probabilities = bool((answers >= 0).all() and (answers.sum(1) <= 1 + 1e-3).all())
        return self._read(answers, y)

    def margins(self, x: Array, y: Labels) -> NDArray[np.float64]:
        """Margins of inputs; NaN where the answer is not finite."""
        return self._margins(self._answers(x), y)

    def again(self, x: Array, y: Labels) -> tuple[NDArray[np.float64], Labels]:
        """Margins and classes."""
        return self._read(self._answers(x), y)

    def _read(self, answers: NDArray[Any], y: Labels) -> tuple[NDArray[np.float64], Labels]:
        return self._margins(answers, y), answers.argmax(1) if self.access == "scores" else answers

    def _margins(self, answers: NDArray[Any], y: Labels) -> NDArray[np.float64]:
        if self.access == "labels":
            return np.where(answers == y, 1.0, -1.0)
        margins = (margin_of_scores if self.probabilities else margin_of_logits)(answers, y)
        return np.where(np.isfinite(answers).all(1), margins, np.nan)

    def _answers(self, x: Array) -> NDArray[Any]:
        parts = [self._answer(x[i : i + self._batch]) for i in range(0, len(x), self._batch)]
        return np.concatenate(parts)

    def _answer(self, x: Array) -> NDArray[Any]:
        answer = np.asarray(self._predict(np.ascontiguousarray(x)))
        self.asked += len(x)
        if self.access == "labels":
            if answer.shape != (len(x),) or not np.issubdtype(answer.dtype, np.integer):
                raise ModelError(
                    f"predict returned {answer.dtype} of shape {answer.shape} for {len(x)} inputs; with "
                    "access='labels' it must return one whole number each (for scores say access='scores')"
                )
            return answer.astype(np.int64)
        single = answer.ndim == 1 and not np.issubdtype(answer.dtype, np.integer)
        if not (answer.ndim == 2 or single) or len(answer) != len(x) or 0 in answer.shape:
            raise ModelError(
                f"predict returned shape {answer.shape} for {len(x)} inputs; with access='scores' it must return "
                "a row of scores each, or one logit each for two classes (for labels alone say access='labels')"
            )
        return two_columns(answer.astype(np.float64))


def two_columns(answer: NDArray[np.float64]) -> NDArray[np.float64]:
    """N×K as it is; a single logit s of class 1 a row (N or N×1) as the pair (−s/2, s/2), whose margin is s."""
    one = answer.reshape(len(answer), -1)
    return np.concatenate([-one / 2, one / 2], axis=1) if one.shape[1] == 1 else one


def _refuse_scores(answers: NDArray[np.float64], classes: int) -> None:
    if answers.shape[1] < classes:
        raise ModelError(
            f"predict returned {answers.shape[1]} scores and the labels go up to {classes - 1}; "
            "check the labels, or give the model that belongs to them"
        )
    odd = int((~np.isfinite(answers)).any(1).sum())
    if odd:
        raise ModelError(
            f"predict returned NaN or infinity for {odd} of {len(answers)} unchanged inputs; check its scaling"
        )


def checked_access(access: str, norm: str, budget: int, batch: int) -> tuple[Access, Norm]:
    """Raises `UsageError` in one sentence."""
    if access not in ACCESS:
        raise UsageError(f"there is no access {access!r}; known are {', '.join(ACCESS)}")
    if budget < 2:
        raise UsageError(f"the budget is {budget}; give at least 2: one query for the input as it is, one for a change")
    if batch < 1:
        raise UsageError(f"the batch is {batch}; it must hold at least one input")
    return access, checked_norm(norm)  # type: ignore[return-value]


class Ledger:
    """What was asked of N examples and what came of it; a margin asked for is a query spent.

    spent: queries; fell: a query inside ball and box was misread; found: that input; least, best: lowest margin inside
    the ball and its input; margin, before: margin and class of the input as it is; moved: whether any margin differed
    from that; turned: whether any input at all was misread; odd: answers that were not finite, which count as no
    success.
    """

    def __init__(self, oracle: Oracle, x0: Array, y: Labels, ball: Ball, eps: float, budget: int) -> None:
        self.oracle, self.x0, self.y, self.ball, self.eps, self.budget = oracle, x0, y, ball, eps, budget
        n = len(x0)
        self.margin, self.before = oracle.first(x0, y)
        self.spent = np.ones(n, np.int64)
        self.fell = self.margin < 0
        self.found, self.best, self.least = x0.copy(), x0.copy(), self.margin.copy()
        self.moved, self.turned = np.zeros(n, np.bool_), self.fell.copy()
        self.odd = 0

    def open_(self, rows: Rows) -> Mask:
        """Which of `rows` still stand and can pay for a query."""
        return np.asarray(~self.fell[rows] & (self.spent[rows] < self.budget))

    def standing(self) -> Rows:
        """All examples that still stand and can pay."""
        rows = np.arange(len(self.spent), dtype=np.int64)
        return rows[self.open_(rows)]

    def ask(self, x: Array, rows: Rows) -> NDArray[np.float64]:
        """Margins of inputs, each spent on another of `rows`; infinite where the answer is not finite."""
        margins = self.oracle.margins(x, self.y[rows])
        self.odd += int(np.isnan(margins).sum())
        margins = np.where(np.isnan(margins), np.inf, margins)
        self.spent[rows] += 1
        self.moved[rows] |= margins != self.margin[rows]
        self.turned[rows] |= margins < 0
        fits = inside(x, self.x0[rows], self.ball.norm, self.eps, self.ball.bounds)
        lower = fits & (margins <= self.least[rows])
        self.best[rows[lower]], self.least[rows[lower]] = x[lower], margins[lower]
        won = fits & (margins < 0)
        self.fell[rows[won]], self.found[rows[won]] = True, x[won]
        return margins
