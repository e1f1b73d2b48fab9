"""What a caller of `extract` hands over, made ready or refused in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import DataError, UsageError

from .answers import ACCESS, Access

FEWEST = 10
"""Queries below which there is nothing to teach."""
HELD_OUT = 1000
"""Inputs of the pool that are kept apart to measure fidelity, unless others are given; at most a fifth of it."""


def checked_inputs(x: Any, name: str) -> Array:
    """Inputs as float32 N×…, called `name` in messages. Raises `DataError`."""
    a = np.asarray(x.detach().cpu().numpy() if hasattr(x, "detach") else x)
    if a.ndim < 2 or len(a) == 0 or a.dtype.kind not in "fiu":
        raise DataError(f"{name} has shape {a.shape} of {a.dtype}; it must hold at least one input, N×…")
    a = np.ascontiguousarray(a, np.float32)
    bad = ~np.isfinite(a).reshape(len(a), -1).all(axis=1)
    if bad.any():
        raise DataError(f"{name} holds NaN or infinity (first in input {int(bad.argmax())}); remove such inputs")
    return a


def checked_labels(y: Any, n: int, name: str) -> Labels | None:
    """Classes as int64 N, or None for None. Raises `DataError`."""
    if y is None:
        return None
    a = np.asarray(y.detach().cpu().numpy() if hasattr(y, "detach") else y)
    if a.shape != (n,) or a.dtype.kind not in "iu":
        raise DataError(f"{name} is {a.dtype} of shape {a.shape}; it must hold one class for each of the {n} inputs")
    return a.astype(np.int64)


def checked_budgets(budget: int | Sequence[int]) -> tuple[int, ...]:
    """The numbers of queries of the curve, ascending. Raises `UsageError`."""
    points = sorted({int(b) for b in ([budget] if isinstance(budget, (int, np.integer)) else budget)})
    if not points:
        raise UsageError("budget is empty; give a number of queries, or several for a curve")
    if points[0] < FEWEST:
        raise UsageError(f"the budget is {points[0]} queries; a copy needs at least {FEWEST}")
    return tuple(points)


def checked_access(access: str) -> Access:
    """Raises `UsageError`."""
    if access not in ACCESS:
        raise UsageError(f"there is no access {access!r}; known are {', '.join(ACCESS)}")
    return access  # type: ignore[return-value]


def parted(pool: Array, x_test: Any, y_test: Any, seed: int) -> tuple[Array, Array, Labels | None]:
    """The pool, the held-out inputs, and the true classes of these if they are known. Without `x_test` a part of the
    pool is held out. Raises `DataError` where the two share inputs: a copy must not be judged on what it was taught."""
    if x_test is None:
        if y_test is not None:
            raise DataError("y_test is given without x_test; give the inputs it belongs to")
        order = np.random.default_rng(seed).permutation(len(pool))
        n = min(HELD_OUT, len(pool) // 5)
        if n == 0:
            raise DataError(f"the pool has {len(pool)} inputs, too few to hold some out; give x_test")
        return pool[order[n:]], pool[order[:n]], None
    test = checked_inputs(x_test, "x_test")
    if test.shape[1:] != pool.shape[1:]:
        raise DataError(f"x_test holds inputs of shape {test.shape[1:]}, and the pool of shape {pool.shape[1:]}")
    shared = _shared(pool, test)
    if shared:
        raise DataError(
            f"{shared} inputs of x_test are also in the pool; give others, or the copy is tested on its lessons"
        )
    return pool, test, checked_labels(y_test, len(test), "y_test")


def _shared(a: NDArray[Any], b: NDArray[Any]) -> int:
    known = {row.tobytes() for row in a}
    return sum(row.tobytes() in known for row in b)
