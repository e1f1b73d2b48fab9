"""A search by queries alone: how many answers of a model until each example falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.core.errors import DataError
from bartizan.numerics.projections import Bounds
from bartizan.numerics.seeds import streams

from ..ray_search import RaySearch
from ..squares import square_search
from .asking import Access, Ledger, Oracle, Predict, checked_access
from .inputs import checked_ball, checked_data
from .linear_belief import Prior
from .lockstep import in_lockstep
from .pruning_search import search_by_labels
from .query_result import QueryAttack, judged
from .score_search import Search, by_scores
from .steps import Ball

Rows = NDArray[np.int64]
BELIEF_FIRST = 1000
"""Queries after which the belief in a linear model has had its chance with an example, if another search applies."""


def query_attack(
    predict: Predict,
    x: Any,
    y: Any,
    *,
    access: Access = "scores",
    norm: str = "linf",
    eps: float,
    bounds: Bounds = (0.0, 1.0),
    budget: int = 1000,
    seed: int = 0,
    batch: int = 256,
    start: Any = None,
    checks: bool = True,
) -> QueryAttack:
    """Attack the model behind `predict` on examples `x` (N×…) of classes `y` (N) within `eps` in `norm`: linf, l2,
    l1, or l0, where `eps` counts changed values.

    predict: answers a float32 batch N×… with scores N×K (logits, probabilities, rounded or but the highest of them; N×1
    or N is the logit of class 1 of two) or with N classes, as `access` says; never more than `batch` inputs at once.
    bounds: lowest and highest value of an
    input. budget: the most queries an example may cost; one that is misread as it is costs 1. start: inputs worth a
    try first, N×… or several such (S×N×…), from the attack on another model for instance; they are moved into the ball.
    checks: ask a few thousand questions more to doubt the result. These and the referee's are on top of the budget
    and counted apart.

    A linear belief about the margin is searched first (`linear_belief`); by labels in l1 and l0, changes of a point far
    away are taken back (`pruning_search`). What stands after 1,000 queries goes to the
    Square Attack (images by scores, L∞ and L2) or to RayS (labels, L∞); elsewhere the search by belief goes on.
    The same seed gives the same result; an example fares the same alone and in company. Raises `UsageError` and its
    kin in one sentence on what cannot be attacked.
    """
    inputs, labels = checked_data(x, y, bounds)
    of, ball_norm = checked_access(access, norm, budget, batch)
    _, radius = checked_ball(norm, eps, bounds)
    ball = Ball.safe(ball_norm, radius, bounds, inputs[0].size)
    starts = _starts(start, inputs, ball)
    ledger = Ledger(Oracle(predict, of, batch), inputs, labels, ball, radius, budget)
    last = _afterwards(of, inputs, ball)
    _by_belief(ledger, starts, seed, batch, budget if last is None else BELIEF_FIRST)
    if last is not None:
        last(ledger, seed)
    return judged(ledger, seed=seed, checks=checks)


def _by_belief(ledger: Ledger, starts: list[Array], seed: int, batch: int, most: int) -> None:
    """The search that learns a slope, until `most` queries are spent on an example."""
    x, ball = ledger.x0, ledger.ball
    prior, rngs = Prior.of(x.shape[1:]), streams(seed, "belief", x)

    def begin(row: int) -> Search:
        tried = [s[row] for s in starts]
        if ledger.oracle.access == "labels":
            return search_by_labels(x[row], ball, prior, rngs[row], tried)
        return by_scores(x[row], float(ledger.margin[row]), ball, prior, rngs[row], tried)

    def open_(rows: Rows) -> NDArray[np.bool_]:
        return ledger.open_(rows) & (ledger.spent[rows] < most)

    in_lockstep(begin, ledger.standing(), ledger.ask, open_, prior.at_once(batch))


def _afterwards(access: Access, x: Array, ball: Ball) -> Callable[[Ledger, int], None] | None:
    """What goes on where a slope has not helped; None: nothing else applies."""
    if access == "scores":
        return _by_squares if x.ndim == 4 and ball.norm in ("linf", "l2") else None
    return _by_rays if ball.norm == "linf" else None


def _by_squares(ledger: Ledger, seed: int) -> None:
    rows, ball = ledger.standing(), ledger.ball
    square_search(
        ledger.ask, ledger.x0[rows], rows, norm=ball.norm, eps=ledger.eps, bounds=ball.bounds,
        steps=max(ledger.budget - BELIEF_FIRST, 0), rngs=streams(seed, "squares", ledger.x0[rows]),
        able=ledger.open_, start=(ledger.best[rows], ledger.least[rows]),
    )  # fmt: skip


def _by_rays(ledger: Ledger, seed: int) -> None:
    search = RaySearch(ledger.x0, ledger.ball.bounds, ledger.ball.radius)

    def wins(points: Array, rows: Rows) -> NDArray[np.bool_]:
        return np.asarray(ledger.ask(points, rows) < 0)

    while len(rows := ledger.standing()):
        search.step(wins, ledger.open_, rows)


def _starts(start: Any, x: Array, ball: Ball) -> list[Array]:
    """Candidates, each N×… and moved into the ball. Raises `DataError`."""
    if start is None:
        return []
    stack = np.asarray(start, np.float32)
    stack = stack[None] if stack.shape == x.shape else stack
    if stack.shape[1:] != x.shape:
        raise DataError(f"start has shape {stack.shape}; it must be {x.shape} like x, or several of those stacked")
    if not np.isfinite(stack).all():
        raise DataError("start holds NaN or infinity; leave such candidates out")
    return [ball.nearest(s, x) for s in stack]
