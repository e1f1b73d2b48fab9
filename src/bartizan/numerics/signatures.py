"""Marks that planted records leave in a model's features, class by class.

f: N×D features and y: N labels of the records that a class is known by. What is returned scores any records by it, high
where they look planted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    from bartizan.core.data import Labels

Scores = NDArray[np.float64]
Fitted = Callable[[NDArray[Any], "Labels"], Scores]
FEWEST = 8  # records of a class below which nothing is said of it
DIRECTIONS = 10
STARTS, ROUNDS = 4, 30


def spectral(f: NDArray[Any], y: Labels) -> Fitted:
    """Squared place on the strongest direction of the class about its mean, over the class's mean. Tran et al. 2018.

    Classes of fewer than 8 records score 0.
    """
    known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64], float]] = {}
    for c, rows in _classes(y).items():
        centre = np.asarray(f[rows], np.float64).mean(axis=0)
        centred = f[rows] - centre
        _, vectors = np.linalg.eigh(centred.T @ centred)
        known[c] = centre, vectors[:, -1], max(float(((centred @ vectors[:, -1]) ** 2).mean()), 1e-30)

    def score(g: NDArray[Any], z: Labels) -> Scores:
        scores = np.zeros(len(z))
        for c, (centre, direction, usual) in known.items():
            scores[z == c] = ((g[z == c] - centre) @ direction) ** 2 / usual
        return scores

    return score


def two_clusters(f: NDArray[Any], y: Labels, seed: int) -> Fitted:
    """Each class split in two along its ten strongest directions: how much nearer to the smaller part, times how well
    the parts stand apart and how small it is. Chen et al. 2018 (principal directions for independent ones)."""
    known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]] = {}
    for c, rows in _classes(y).items():
        centre = np.asarray(f[rows], np.float64).mean(axis=0)
        centred = f[rows] - centre
        _, vectors = np.linalg.eigh(centred.T @ centred)
        low = centred @ vectors[:, -DIRECTIONS:]
        small, centres = _split(low, np.random.default_rng(child(seed, "clusters", c)))
        weight = float(np.abs(_lean(low, centres)).mean()) * (1 - 2 * float(small.mean()))
        known[c] = centre, vectors[:, -DIRECTIONS:], centres, weight

    def score(g: NDArray[Any], z: Labels) -> Scores:
        scores = np.zeros(len(z))
        for c, (centre, vectors, centres, weight) in known.items():
            scores[z == c] = _lean((g[z == c] - centre) @ vectors, centres) * weight
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


def _classes(y: Labels) -> dict[int, NDArray[np.int64]]:
    found = {int(c): np.flatnonzero(y == c) for c in np.unique(y)}
    return {c: rows for c, rows in found.items() if len(rows) >= FEWEST}
