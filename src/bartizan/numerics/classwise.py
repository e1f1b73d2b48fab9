"""Counts by class, and the counts behind precision and recall. What to say of none of none is up to the caller."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Count = tuple[int, int]
"""Hits, and of how many; the second may be 0."""


def by_class(right: NDArray[np.bool_], y: NDArray[np.int64], classes: Iterable[int] = ()) -> dict[int, Count]:
    """How many of each class are true in `right` (N), and how many there are, by the true classes `y` (N).

    In increasing order; `classes` adds those that may have no example.
    """
    known = sorted({int(c) for c in np.unique(y)} | set(classes))
    return {c: (int(right[y == c].sum()), int((y == c).sum())) for c in known}


def precision_recall(truth: NDArray[np.bool_], called: NDArray[np.bool_]) -> tuple[Count, Count]:
    """Precision and recall as counts: right among those called positive, and among those that are (both N)."""
    hit = int((truth & called).sum())
    return (hit, int(called.sum())), (hit, int(truth.sum()))
