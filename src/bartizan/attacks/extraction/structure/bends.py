"""What the bends of a network along lines tell of its units.

Between bends a ReLU network is straight. How many bends there are grows with the units; and the change of slope at a
bend points, in the space of outputs, where the unit's outgoing weights point. Behind one hidden layer it is the same
wherever the unit is met, so that directions recur from line to line, and from how often they do follows how many units
there are, as the size of a population follows from marking and catching again. Behind more layers only the last one's
recur.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .answers import Precise

SURE, STRONG = 50.0, 1000.0
"""Changes of slope beyond so many times the rounding are bends; beyond the other, their direction is known."""
SAME = 0.9995
"""Cosine of two directions that are one."""


@dataclass(frozen=True)
class Bends:
    """count: places per line where the slope changes; even: how many of equal size would weigh as much; single: bends
    per line with no other beside them; recurring: the share of these whose direction is met on another line; units: how
    many units that amounts to (0 where none recurs)."""

    count: float
    even: float
    single: float
    recurring: float
    units: float


def bends(z: Precise, noise: Precise, t: Precise) -> Bends:
    """Of outputs z (L×G×K) on L lines at places t (G), each off by up to `noise` (L×G)."""
    steps = np.diff(t)
    change = np.diff(np.diff(z, axis=1) / steps[:, None], axis=1)
    off = np.maximum(np.maximum(noise[:, :-2], noise[:, 1:-1]), noise[:, 2:]) * (1 / steps[:-1] + 1 / steps[1:])
    size = np.abs(change).max(axis=2)
    hit = size > SURE * off
    weight = np.where(hit, size, 0.0)
    total, squares = weight.sum(axis=1), (weight**2).sum(axis=1)
    even = np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0)
    met = [_directions(change[i], hit[i], size[i] > STRONG * off[i]) for i in range(len(z))]
    recurring, units = _again(met)
    return Bends(
        float(hit.sum(axis=1).mean()), float(even.mean()), float(np.mean([len(m) for m in met])), recurring, units
    )


def _directions(change: Precise, hit: NDArray[np.bool_], strong: NDArray[np.bool_]) -> Precise:
    """Of unit length, n×K, of the bends that stand alone: seen by one or two neighbouring changes of slope."""
    found = []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hit, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        if end - start > 2 or not strong[start:end].any():
            continue
        of = change[start:end]
        sure = of / np.maximum(np.linalg.norm(of, axis=1, keepdims=True), 1e-300)
        if len(of) == 1 or not strong[start:end].all() or float(np.abs(sure[0] @ sure[1])) > SAME:
            found.append(sure[np.linalg.norm(of, axis=1).argmax()])
    return np.array(found).reshape(-1, change.shape[1])


def _again(met: list[Precise]) -> tuple[float, float]:
    """Share of directions that another line has too, and the size of the population by Chapman's estimate."""
    pairs = [(a, b) for i, a in enumerate(met) for b in met[i + 1 :] if len(a) and len(b)]
    if not pairs:
        return 0.0, 0.0
    common = [int((np.abs(a @ b.T).max(axis=1) > SAME).sum()) for a, b in pairs]
    share = sum(common) / sum(min(len(a), len(b)) for a, b in pairs)
    sizes = [(len(a) + 1) * (len(b) + 1) / (c + 1) - 1 for (a, b), c in zip(pairs, common, strict=True)]
    return min(share, 1.0), float(np.median(sizes)) if sum(common) else 0.0
