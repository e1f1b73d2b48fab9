"""Marks that planted records leave in a model's features, class by class.

known: what `apart` learnt from the records that a class is known by. What is returned scores any records (features N×D
with labels N) by it, high where they look planted; records of classes that nothing is known of score 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.seeds import child

from .apart import Apart

if TYPE_CHECKING:
    from bartizan.core.data import Labels

Scores = NDArray[np.float64]
Fitted = Callable[[NDArray[Any], "Labels"], Scores]
STARTS, ROUNDS = 4, 30


def spectral(known: dict[int, Apart]) -> Fitted:
    """How far out a record lies in the direction in which few of its class stand apart, over the spread of the many,
    times the class's weight. After Tran et al. 2018, in the units of Hayase et al. 2021.

    The squared place over the class's mean, as first published, cannot exceed 2 where a third of a class is planted,
    while one in a hundred of a clean class exceeds 6: so the place is signed and the spread that of the many.
    """

    def score(g: NDArray[Any], z: Labels) -> Scores:
        scores = np.zeros(len(z))
        for c, of in known.items():
            scores[z == c] = (g[z == c] - of.centre) @ of.axes[:, -1] / of.scale * of.weight
        return scores

    return score


def two_clusters(known: dict[int, Apart], f: NDArray[Any], y: Labels, seed: int) -> Fitted:
    """Each class of the records f, y split in two along the axes in which it stands apart: how much nearer to the
    smaller part, times the class's weight. Chen et al. 2018 (those axes for independent components)."""
    centres = {
        c: _split((f[y == c] - of.centre) @ of.axes, np.random.default_rng(child(seed, "clusters", c)))[1]
        for c, of in known.items()
    }

    def score(g: NDArray[Any], z: Labels) -> Scores:
        scores = np.zeros(len(z))
        for c, of in known.items():
            scores[z == c] = _lean((g[z == c] - of.centre) @ of.axes, centres[c]) * of.weight
        return scores

    return score


def _lean(low: NDArray[np.float64], centres: NDArray[np.float64]) -> Scores:
    """Between −1 (at the centre of the larger part) and 1 (at that of the smaller)."""
    distance = np.linalg.norm(low[:, None] - centres[None], axis=2)
    return np.asarray((distance[:, 0] - distance[:, 1]) / np.maximum(distance.max(axis=1), 1e-30), np.float64)


def _split(low: NDArray[np.float64], rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Two means, the best of a few starts: which records lie in the smaller part, and the centres, larger first."""
    best: tuple[float, NDArray[np.bool_], NDArray[np.float64]] | None = None
    for _ in range(STARTS):
        centres = low[rng.choice(len(low), 2, replace=False)]
        for _ in range(ROUNDS):
            second = np.linalg.norm(low - centres[1], axis=1) < np.linalg.norm(low - centres[0], axis=1)
            if second.all() or not second.any():
                break
            moved = np.stack([low[~second].mean(axis=0), low[second].mean(axis=0)])
            if np.allclose(moved, centres):
                break
            centres = moved
        spent = float(np.minimum(*(((low - c) ** 2).sum(axis=1) for c in centres)).sum())
        if best is None or spent < best[0]:
            best = spent, second, centres
    assert best is not None
    _, second, centres = best
    return (second, centres) if second.mean() <= 0.5 else (~second, centres[::-1])
