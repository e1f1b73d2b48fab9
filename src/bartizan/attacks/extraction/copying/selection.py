"""Which inputs of a pool to ask about next.

random: any. medoids: the middles of as many clusters, so that few answers stand for many inputs. centres: the farthest
from all that was asked (k-centre; Sener and Savarese, ICLR 2018, arXiv:1708.00489). uncertainty: half of them where
the last copy is least sure, the rest at random. auto: medoids up to a few hundred queries, then uncertainty; on
Fashion-MNIST's tuning images that was ahead of the others, and k-centre, which asks about outliers, behind them all.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array

Selection = Literal["auto", "random", "medoids", "centres", "uncertainty"]
SELECTIONS: tuple[str, ...] = get_args(Selection)
Rows = NDArray[np.int64]
Scores = NDArray[np.floating]
BY_MEDOIDS = 300
"""Queries up to which `auto` goes by medoids: a copy of so few answers is unsure of the wrong inputs."""
SKETCH = 32
"""Dimensions in which distances are taken."""
FEW = 1000
"""Clusters beyond which the middles are hardly better than any inputs, and cost more time than the copy."""
ROUNDS = 8


def sketch(x: Array, seed: int) -> Array:
    """The inputs N×… on their `SKETCH` principal axes, N×d; the axes are those of 2,000 of them."""
    flat = x.reshape(len(x), -1)
    some = flat[np.random.default_rng(seed).permutation(len(flat))[:2000]]
    mean = some.mean(axis=0)
    axes = np.linalg.svd(some - mean, full_matrices=False)[2][:SKETCH]
    return np.asarray((flat - mean) @ axes.T, np.float32)


def scouted(how: Selection, n: int) -> bool:
    """Whether a copy is needed to choose up to `n` queries."""
    return how == "uncertainty" or (how == "auto" and n > BY_MEDOIDS)


def select(
    how: Selection,
    points: Array,
    asked: NDArray[np.bool_],
    n: int,
    scores: list[Scores],
    seed: int,
) -> Rows:
    """`n` rows of the pool that were not `asked` (N bools), each once. points: the pool as `sketch` has it, N×d.

    scores: N×K, those of the last copy for the whole pool, if there is one.
    """
    rng = np.random.default_rng(seed)
    free = np.flatnonzero(~asked)
    n = min(n, len(free))
    total = n + int(asked.sum())
    if how == "centres":
        return centres(points, asked, n, rng)
    if how == "medoids" or (how == "auto" and total <= BY_MEDOIDS):
        return free[medoids(points[free], n, rng)] if n <= FEW and n < len(free) else rng.permutation(free)[:n]
    if not scores or not scouted(how, total):
        return rng.permutation(free)[:n]
    doubted = free[np.argsort(-entropy(scores[-1])[free], kind="stable")[: n // 2]]
    return np.concatenate([doubted, rng.permutation(np.setdiff1d(free, doubted))[: n - len(doubted)]])


def entropy(p: Scores) -> NDArray[np.float64]:
    """Of each row of probabilities N×K, in nats."""
    q = np.clip(p.astype(np.float64), 1e-12, 1)
    return np.asarray(-(q * np.log(q)).sum(axis=1), np.float64)


def medoids(points: Array, n: int, rng: np.random.Generator) -> Rows:
    """Rows next to the means of `n` clusters of `points` (Lloyd's iterations from random rows), each once."""
    centre = points[rng.permutation(len(points))[:n]].copy()
    for _ in range(ROUNDS):
        home = squared_distances(points, centre).argmin(axis=1)
        count = np.bincount(home, minlength=n)
        total = np.zeros_like(centre)
        np.add.at(total, home, points)
        centre = np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], centre)
    return _nearest_once(squared_distances(points, centre))


def centres(points: Array, asked: NDArray[np.bool_], n: int, rng: np.random.Generator) -> Rows:
    """Greedy k-centre: one after the other the row farthest from all asked or chosen so far."""
    if not asked.any():
        first = int(rng.integers(len(points)))
        away, chosen = squared_distances(points, points[[first]])[:, 0], [first]
    else:
        away, chosen = squared_distances(points, points[asked]).min(axis=1), []
    away[asked] = -1
    while len(chosen) < n:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, squared_distances(points, points[chosen[-1:]])[:, 0])
        away[chosen[-1]] = -1
    return np.array(chosen[:n], np.int64)


def squared_distances(a: Array, b: Array) -> Array:
    """N×M between the rows of N×d and M×d."""
    return np.asarray(np.maximum((a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1), 0), a.dtype)


def _nearest_once(distance: Array) -> Rows:
    """For each column the nearest row that no column before it has taken."""
    taken = np.zeros(len(distance), np.bool_)
    rows = np.zeros(distance.shape[1], np.int64)
    for j in range(distance.shape[1]):
        rows[j] = int(np.where(taken, np.inf, distance[:, j]).argmin())
        taken[rows[j]] = True
    return rows
