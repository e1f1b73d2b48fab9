"""What a model's chance makes of a whole neighbourhood of records, taken out before any record is judged.

A model that is by chance surer than others around a record is so of its neighbours too; one that was trained on the
record is so of the record alone. What it is surer of its neighbours says how much of the first there is. It costs no
query: the neighbours are other records in question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.membership import Scores
from bartizan.numerics.references import References

if TYPE_CHECKING:
    from bartizan.core.data import Labels

NEAREST = 8


def place_of(answers: NDArray[Any]) -> NDArray[np.float64]:
    """Where records lie for the references, N×K: their mean logits or log-probabilities (M×N×K), whose level over the
    classes says nothing and is taken off."""
    mean = np.asarray(answers, np.float64).mean(axis=0)
    return np.asarray(mean - mean.mean(axis=1, keepdims=True), np.float64)


def levelled(
    sure: Scores, refs: References, place: NDArray[np.float64], y: Labels, *, nearest: int = NEAREST
) -> tuple[Scores, References]:
    """The target's and the references' values, each less what that model is surer than all of them together of the
    `nearest` records of the same class. Nothing changes in classes of two records or fewer.

    Every model is treated alike, no membership is looked at, and a record's own value is left out of its correction.
    """
    every = np.vstack([sure[None], refs.sure])
    ahead = every - every.mean(axis=0)
    for c in np.unique(y):
        rows = np.flatnonzero(y == c)
        if len(rows) > 2:
            close = rows[_nearest(place[rows], min(nearest, len(rows) - 1))]
            every[:, rows] -= ahead[:, close].mean(axis=2)
    return every[0], References(every[1:], refs.inside)


def _nearest(place: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Rows of the k nearest others, N×k."""
    from scipy.spatial import cKDTree

    _, found = cKDTree(place).query(place, k=k + 1)
    itself = found == np.arange(len(place))[:, None]
    itself[:, -1] |= ~itself.any(axis=1)  # among many at one place it may not be found at all
    return np.asarray(found[~itself].reshape(len(place), k), np.int64)
