"""Nearest points of norm balls cut with the box of valid inputs. The same code for NumPy arrays and torch tensors.

Everywhere `x0` is the centre (inside the box), `x` the point to project, both N×…, and `eps` the radius: a number,
or one for each example with the number of dimensions of `x`.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Points = Any
"""A NumPy array or a torch tensor; what goes in comes out."""
Norm = Literal["linf", "l2", "l1", "l0"]
Bounds = tuple[float, float]

_HALVINGS = 40
_ACTIVE_SETS = 12


def project(x: Points, x0: Points, norm: Norm, eps: Any, bounds: Bounds) -> Points:
    """The point of {z : ‖z − x0‖ ≤ eps, bounds[0] ≤ z ≤ bounds[1]} nearest to `x` in Euclidean distance."""
    return {"linf": onto_linf, "l2": onto_l2, "l1": onto_l1, "l0": onto_l0}[norm](x, x0, eps, bounds)


def onto_linf(x: Points, x0: Points, eps: Any, bounds: Bounds) -> Points:
    """Onto the L∞ ball and the box: a clip, exact."""
    return (x0 + (x - x0).clip(-eps, eps)).clip(*bounds)


def onto_l2(x: Points, x0: Points, eps: Any, bounds: Bounds) -> Points:
    """Onto the L2 ball and the box.

    The answer is clip(s·(x − x0)) for one s in [0, 1]. Fixing which coordinates the box holds gives s in closed form;
    s only grows as more are held, so every iterate is feasible and the set settles after a few rounds.
    """
    v, low, high = x - x0, bounds[0] - x0, bounds[1] - x0
    box = v.clip(low, high)
    inside = _total(box * box) <= eps * eps
    z, before = v * 0, None
    for _ in range(_ACTIVE_SETS):
        held = (z <= low) & (v < 0) | (z >= high) & (v > 0)
        if before is not None and bool((held == before).all()):
            break  # settled: nothing would change
        before = held
        fixed, free = box * held, v * ~held
        room = (eps * eps - _total(fixed * fixed)).clip(0, None)
        s = (room / (_total(free * free) + 1e-30)) ** 0.5
        z = (free * s.clip(None, 1)).clip(low, high) * ~held + fixed
    return (x0 + box * inside + z * ~inside).clip(*bounds)  # rounding of x0 + (bound − x0) may pass the bound


def onto_l1(x: Points, x0: Points, eps: Any, bounds: Bounds) -> Points:
    """Onto the L1 ball and the box: soft thresholding by a level found by bisection, from the feasible side."""
    v, low, high = x - x0, bounds[0] - x0, bounds[1] - x0
    size = abs(v)
    above = size.reshape(len(size), -1).max(1)
    above = (above.values if hasattr(above, "values") else above).reshape(-1, *[1] * (x.ndim - 1))
    below = above * 0
    for _ in range(_HALVINGS):
        level = (above + below) / 2
        over = _total(abs(_soft(v, size, level, low, high))) > eps
        below, above = level * over + below * ~over, level * ~over + above * over
    box = v.clip(low, high)
    inside = _total(abs(box)) <= eps
    return (x0 + box * inside + _soft(v, size, above, low, high) * ~inside).clip(*bounds)


def onto_l0(x: Points, x0: Points, eps: Any, bounds: Bounds) -> Points:
    """Onto at most `eps` changed coordinates and the box: keep those that save the most distance."""
    v = x - x0
    box = v.clip(bounds[0] - x0, bounds[1] - x0)
    saved = (v * v - (v - box) * (v - box)).reshape(len(v), -1)
    rank = (-saved).argsort(1).argsort(1).reshape(v.shape)
    return (x0 + box * (rank < eps)).clip(*bounds)


def safe_radius(eps: float, norm: Norm, bounds: Bounds, dimensions: int) -> float:
    """A radius just under `eps`, such that float32 rounding of x0 + δ cannot carry the result outside `eps`."""
    ulp = max(abs(bounds[0]), abs(bounds[1])) * 2.0**-23
    slack = {"linf": 1.0, "l2": dimensions**0.5, "l1": float(dimensions), "l0": 0.0}[norm] * ulp
    return float(max(eps - slack, eps * 0.5))


def size_of(delta: NDArray[np.floating], norm: Norm) -> NDArray[np.float64]:
    """The norm of each row of `delta` (N×…), reckoned in float64; for `l0` the number of coordinates that differ."""
    d = np.asarray(delta, np.float64).reshape(len(delta), int(np.prod(delta.shape[1:])))
    if norm == "l0":
        return np.asarray((d != 0).sum(axis=1), np.float64)
    order = {"linf": np.inf, "l2": 2, "l1": 1}[norm]
    return np.asarray(np.linalg.norm(d, ord=order, axis=1) if d.shape[1] else np.zeros(len(d)), np.float64)


def _total(v: Points) -> Points:
    return v.reshape(len(v), -1).sum(1).reshape(-1, *[1] * (v.ndim - 1))


def _soft(v: Points, size: Points, level: Points, low: Points, high: Points) -> Points:
    shrunk = (size - level).clip(0, None)
    return (shrunk * ((v > 0) * 1.0 - (v < 0) * 1.0)).clip(low, high)
