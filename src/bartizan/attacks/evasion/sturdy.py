"""Successes that outlast an image file: what was found between two of 256 levels is moved onto one, if it still works.

One question an example and candidate, asked after the success has been booked, so that no try is counted for it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.numerics.projections import Norm, project, safe_radius

from .deployment import eight_bit
from .hits import Hits

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
FARTHER = (1.0, 1.5, 3.0)
"""How far beyond the success the candidates lie, as shares of its own change, before the ball cuts them: an attack
stops at the first success, which may clear the boundary by a hair."""
LITTLE = 0.05
"""The share of a radius that may be given up, for a first try, so that changes lead from level to level."""
_SLACK = 1e-4
"""Of a level: what float32 takes off a value that lies on one."""


def free_radius(x0: Array, radius: float, bounds: tuple[float, float]) -> float:
    """The whole number of levels within an L∞ `radius`, where `x0` lies on levels and hardly anything is given up;
    else `radius`. A search that paints ±radius then finds what an image file can hold."""
    level = (bounds[1] - bounds[0]) / 255
    whole = float(np.floor(radius / level + _SLACK) * level)
    on_levels = bool(np.allclose(eight_bit(x0, bounds), x0, rtol=0, atol=_SLACK * level))
    return min(whole, radius) if on_levels and whole >= (1 - LITTLE) * radius else radius


def to_the_edge(
    wins: Callable[[Array, Rows], Mask],
    able: Callable[[Rows], Mask],
    hits: Hits,
    x: Array,
    bounds: tuple[float, float],
    spent: NDArray[np.int64],
) -> None:
    """Try what held out within a `free_radius` once at ε itself: the points `x` (N×…) moved outwards; `spent` counts
    the tries."""
    rows = hits.standing[able(hits.standing)]
    if not len(rows):
        return
    x0 = hits.x0[rows]
    radius = np.float32(safe_radius(hits.eps, "linf", bounds, 1))
    edge = np.asarray(project(x0 + radius * np.sign(x[rows] - x0), x0, "linf", radius, bounds), np.float32)
    won = wins(edge, rows)
    hits.add(rows[won], edge[won], spent[rows[won]])


def settle(
    wins: Callable[[Array, Rows], Mask], able: Callable[[Rows], Mask], hits: Hits, bounds: tuple[float, float]
) -> None:
    """Replace successes within ε by such as keep to 256 levels, where one of `FARTHER` still succeeds."""
    rows = np.flatnonzero(hits.won & (hits.size > 0)).astype(np.int64)
    for share in FARTHER:
        rows = rows[able(rows)]
        if not len(rows):
            return
        x = candidate(hits.changed[rows], hits.x0[rows], share, hits.norm, hits.eps, bounds)
        settled = wins(x, rows)
        hits.replace(rows[settled], x[settled])
        rows = rows[~settled]


def candidate(x: Array, x0: Array, share: float, norm: Norm, eps: float, bounds: tuple[float, float]) -> Array:
    """The point `share` of the way from `x0` to `x` and on, within ball and box, moved inwards onto the levels."""
    radius = safe_radius(eps, norm, bounds, int(np.prod(x0.shape[1:])))
    farther = np.asarray(project(x0 + np.float32(share) * (x - x0), x0, norm, radius, bounds), np.float32)
    return inwards(farther, x0, bounds)


def inwards(x: Array, x0: Array, bounds: tuple[float, float]) -> Array:
    """Every changed value of `x` on the next of 256 levels between `bounds` towards that of `x0`, and never past it."""
    low, high = bounds
    level = (x.astype(np.float64) - low) / (high - low) * 255
    level = np.where(x > x0, np.floor(level + _SLACK), np.ceil(level - _SLACK))
    stored = eight_bit((low + level / 255 * (high - low)).astype(np.float32), bounds)
    stored = np.where(x > x0, np.maximum(stored, x0), np.minimum(stored, x0))
    return np.where(x == x0, x0, stored).astype(np.float32)
