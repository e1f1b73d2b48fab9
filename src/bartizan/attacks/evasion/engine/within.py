"""A search within a ball, whatever its norm."""

from __future__ import annotations

from typing import Any

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm

from .jobs import Plan
from .model import Logits
from .plans import sparse_steps
from .search import Found, search
from .sparse_search import sparse_search


def search_within(
    logits: Logits,
    x: Array,
    y: Labels,
    *,
    norm: Norm,
    eps: float,
    bounds: Bounds,
    plan: Plan,
    seed: int,
    coarse_runs: int = 0,
    limit: int | None = None,
    tolerance: float = 0.0,
    **at: Any,
) -> Found:
    """`search.search`; for l0 `sparse_search` with as many passes as stand for `plan`, all of them in float32.

    limit: passes forward each example may cost; for l0 at least `shrink.FEWEST_STEPS`.
    """
    if norm == "l0":
        steps = min(sparse_steps(plan), limit or sparse_steps(plan))
        return sparse_search(logits, x, y, eps=eps, bounds=bounds, steps=steps, seed=seed, **at)
    return search(
        logits, x, y, norm=norm, eps=eps, bounds=bounds, plan=plan, seed=seed, coarse_runs=coarse_runs, limit=limit,
        tolerance=tolerance, **at,
    )  # fmt: skip
