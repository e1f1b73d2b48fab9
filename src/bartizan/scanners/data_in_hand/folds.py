"""Which model leaves out which record: folds of even classes, with equal records in one fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.seeds import child

if TYPE_CHECKING:
    from bartizan.core.data import Labels


def folds_of(y: Labels, group: NDArray[np.int64], folds: int, repeats: int, seed: int) -> NDArray[np.int64]:
    """The fold of each record in each repeat, repeats×N. group: a number that equal records share.

    Within a class, groups are dealt out in turn in a random order, so that folds have the class in like numbers. A
    record whose copy is left out with it is judged by models that saw neither.
    """
    first, member = np.unique(group, return_index=True)[1], np.unique(group, return_inverse=True)[1]
    made = np.empty((repeats, len(y)), np.int64)
    for r in range(repeats):
        rng = np.random.default_rng(child(seed, "folds", r))
        order = rng.permutation(len(first))
        order = order[np.argsort(y[first[order]], kind="stable")]
        of_group = np.empty(len(first), np.int64)
        of_group[order] = np.arange(len(first)) % folds
        made[r] = of_group[member]
    return made


def inside_of(folds: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """Whether model (repeat, fold) is trained on each record, (repeats·count)×N."""
    return np.concatenate([f[None] != np.arange(count)[:, None] for f in folds])
