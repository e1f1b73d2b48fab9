"""A search within a ball, whatever its norm.

L∞: many short runs. l1 and l0: a search for the smallest change, content with one small enough. L2: the runs, and that
search on what they left standing, since on rugged models either finds what the other misses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bartizan.core.data import Array, Labels
from bartizan.numerics.projections import Bounds, Norm
from bartizan.numerics.seeds import child

from .jobs import Plan
from .model import Logits
from .plans import shrinking_steps
from .search import Found, search
from .shrink import FEWEST_STEPS
from .shrinking_search import shrinking_search

SHRUNK: tuple[Norm, ...] = ("l1", "l0")


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
    """`search.search`, `shrinking_search` with as many passes as stand for `plan`, or one after the other.

    limit: passes forward each example may cost; for l1 and l0 at least `shrink.FEWEST_STEPS`. coarse_runs and tolerance
    are for the runs alone.
    """
    most = shrinking_steps(plan)
    if norm in SHRUNK:
        steps = min(most, limit or most)
        return shrinking_search(logits, x, y, norm=norm, eps=eps, bounds=bounds, steps=steps, seed=seed, **at)
    found = search(
        logits, x, y, norm=norm, eps=eps, bounds=bounds, plan=plan, seed=seed, coarse_runs=coarse_runs, limit=limit,
        tolerance=tolerance, **at,
    )  # fmt: skip
    left = np.flatnonzero(~found.won)
    steps = most if limit is None else min(most, limit - int(found.forwards[left].max(initial=0)))
    if norm != "l2" or not len(left) or steps < FEWEST_STEPS:
        return found
    seed = child(seed, "shrink what is left")
    more = shrinking_search(
        logits, x[left], y[left], norm=norm, eps=eps, bounds=bounds, steps=steps, seed=seed, index=left, **at
    )
    return found.followed(more, left)
