"""Search by scores for one example: each query where a linear belief of the margin says it is lowest, or might be."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from bartizan.core.data import Array
from bartizan.numerics.projections import Norm

from .linear_belief import Floats, LinearBelief, Prior
from .steps import Ball

Search = Generator[Array, float, None]
"""Yields an input to ask about and is sent its margin, below 0 where it is misclassified."""
BOLDNESS: dict[Norm, float] = {"linf": 0.2, "l2": 0.2, "l1": 0.5, "l0": 0.5}
"""How far a question strays from the slope believed in. Where a question shows but a few values, more: what was never
asked about stays unknown."""
NOISE = 0.01
"""Variance of what is not linear, as a share of the variance of the values: this much everywhere …"""
NOISE_WITH_DISTANCE = 0.01
"""… and this much more for each unit of squared distance from the best point, so that what lies near counts most."""


def by_scores(
    x0: Array, margin: float, ball: Ball, prior: Prior, rng: np.random.Generator, starts: Sequence[Array] = ()
) -> Search:
    """Search `ball` around `x0`, whose margin is known, without end; `starts` are tried first."""
    belief, margins = LinearBelief(prior, rng), np.full(1, margin)
    belief.add(np.zeros(x0.shape))
    queue = list(starts)
    while True:
        best = int(margins.argmin())
        x = queue.pop(0) if queue else ball.farthest(x0, -_slope(belief, margins, best, BOLDNESS[ball.norm]))
        got = yield x
        if not np.isfinite(got):
            continue
        slot = belief.add(x.astype(np.float64) - x0, keep=best)
        margins = np.append(margins, got) if slot == len(margins) else margins
        margins[slot] = got


def _slope(belief: LinearBelief, margins: Floats, best: int, boldness: float) -> Floats:
    """A likely slope of the margin, up to its scale, from differences to the best point."""
    own = np.diag(belief.products)
    row = belief.products[best]
    products = belief.products - row - row[:, None] + row[best]
    distance = np.maximum(own - 2 * row + row[best], 0.0)
    typical = max(float(distance.sum()) / max(len(margins) - 1, 1), 1e-30)
    values = margins - margins[best]
    scale = np.sqrt(max(float((values**2).mean()), 1e-30) / typical)
    noise = (NOISE + 1e-6) * typical + NOISE_WITH_DISTANCE * distance
    return belief.slopes(products, values / scale, noise, boldness, best)[1]
