"""Search by labels for one example where few values may change, or change little in sum (L0, L1): from a misread point
far away, change after change is taken back as long as the decision stays turned.

Groups of values go back together, larger ones after a success and smaller ones after a failure, so that what does not
matter is gone after a few questions and what does is found by halving, as in delta debugging (Zeller and Hildebrandt,
IEEE Transactions on Software Engineering 28, 2002). In L1 a group that cannot go back whole goes back in part. Sparse
attacks by labels that evolve a mask instead: Vo, Abbasnejad and Ranasinghe, Query efficient decision based sparse
attacks, ICLR 2022, arXiv:2202.00091.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

from .label_search import by_labels
from .linear_belief import Prior
from .score_search import Search
from .steps import Ball

FIRST_SHARE = 0.5
"""Of the values that differ, how many go back at first."""
GROWTH, SHRINKAGE = 1.5, 0.6
LARGEST_SHARE = 0.7
NEIGHBOURS = 0.7
"""Share of the groups that are neighbours: in an image, what matters lies together, and so does what does not."""
PARTLY = (0.4, 0.95)
"""What stays, in L1, of the changes in a group that cannot go back whole."""
PATIENCE = 3
"""How often each single value is tried in vain before the search begins anew from another point far away."""


def search_by_labels(
    x0: Array, ball: Ball, prior: Prior, rng: np.random.Generator, starts: Sequence[Array] = ()
) -> Search:
    """The search by labels that fits the ball: along rays to the boundary, or by pruning where few values count."""
    return (by_pruning if ball.norm in ("l1", "l0") else by_labels)(x0, ball, prior, rng, starts)


def by_pruning(x0: Array, ball: Ball, prior: Prior, rng: np.random.Generator, starts: Sequence[Array] = ()) -> Search:
    """Search around `x0`, which is read rightly, for a misread point within `ball`, without end."""
    while True:
        far = yield from _misread(x0, ball, prior, rng, starts)
        yield from _pruned(x0, far, ball, rng)
        starts = ()


def _misread(
    x0: Array, ball: Ball, prior: Prior, rng: np.random.Generator, starts: Sequence[Array]
) -> Generator[Array, float, Array]:
    """One of `starts` that is misread, or a misread point far away: every value at one end of the box or the other, in
    patterns as smooth as the prior."""
    for x in starts:
        if (yield x) < 0:
            return x
    while True:
        direction = prior.unpooled(prior.draw(rng))
        for way in (direction, -direction):
            x = np.where(way < 0, ball.bounds[0], ball.bounds[1]).astype(np.float32)
            if (yield x) < 0:
                return x


def _pruned(x0: Array, far: Array, ball: Ball, rng: np.random.Generator) -> Search:
    """Take back what can be taken back of `far`; ends when hardly anything more can."""
    x, share, vain = far.copy(), FIRST_SHARE, 0
    while (changed := np.flatnonzero(x.ravel() != x0.ravel())).size and vain < PATIENCE * len(changed):
        group = _group(changed, max(int(share * len(changed)), 1), x0.shape, rng)
        for keep in (0.0, rng.uniform(*PARTLY)) if ball.norm == "l1" else (0.0,):
            trial = _taken_back(x, x0, group, keep)
            if (yield trial) < 0:
                x, share, vain = trial, min(share * GROWTH, LARGEST_SHARE), 0
                break
        else:
            vain = vain + 1 if len(group) == 1 else 0
            share *= SHRINKAGE


def _taken_back(x: Array, x0: Array, group: NDArray[np.int64], keep: float) -> Array:
    """`x` with the share `keep` of the changes in `group`, and all others."""
    flat, origin = x.ravel().copy(), x0.ravel()
    flat[group] = origin[group] + np.float32(keep) * (flat[group] - origin[group])
    return flat.reshape(x.shape)


def _group(
    changed: NDArray[np.int64], size: int, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.int64]:
    """`size` of the changed positions: those nearest to one of them in the image, or any."""
    if len(shape) != 3 or rng.random() > NEIGHBOURS:
        return rng.choice(changed, size, replace=False)
    at = np.stack(np.unravel_index(changed, shape))[1:]
    away = np.abs(at - at[:, rng.integers(len(changed))][:, None]).max(0)
    return changed[np.argsort(away + rng.random(len(changed)), kind="stable")[:size]]
