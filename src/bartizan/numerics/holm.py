"""Many claims at once: Holm's step-down adjustment."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values, in the order given; a claim holds at level α when its adjusted p-value is at most α.

    Keeps the chance of any false claim at or below α, however the tests depend on each other.
    Raises `ValueError` for values outside [0, 1]. Holm, Scandinavian Journal of Statistics 6 (1979) 65–70.
    """
    a = np.asarray(p, np.float64).ravel()
    if not np.all((a >= 0) & (a <= 1)):
        raise ValueError("p-values lie between 0 and 1")
    order = np.argsort(a, kind="stable")
    steps = a[order] * np.arange(len(a), 0, -1)
    adjusted = np.empty_like(a)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(a) else steps
    return adjusted
