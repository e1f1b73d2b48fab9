"""Records that are there twice, and records that are nearly so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bartizan.numerics.nearest import nearest

from .checks import contents

if TYPE_CHECKING:
    from bartizan.core.data import Array, Labels

NEAR = 0.05  # of the usual distance to the nearest other record
MANY = 30_000  # records beyond which near-duplicates are not looked for: the time grows with the square


@dataclass(frozen=True)
class Copies:
    """group: N, shared by equal records. same: rows of records that have an equal one; contradicting: those whose
    equals have another label. near: pairs of rows nearer than a twentieth of the usual distance (None: not looked for).
    """

    group: NDArray[np.int64]
    same: NDArray[np.int64]
    contradicting: NDArray[np.int64]
    near: NDArray[np.int64] | None


def copies(x: Array, y: Labels) -> Copies:
    """Equal records by content, near ones by the distance of their values, each column over its spread."""
    numbers: dict[bytes, int] = {}
    group = np.array([numbers.setdefault(one, len(numbers)) for one in contents(x)], np.int64)
    sizes = np.bincount(group)
    first = np.zeros(len(sizes), np.int64)
    first[group[::-1]] = y[::-1]
    unlike = np.unique(group[y != first[group]])
    return Copies(group, np.flatnonzero(sizes[group] > 1), np.flatnonzero(np.isin(group, unlike)), _near(x, group))


def _near(x: Array, group: NDArray[np.int64]) -> NDArray[np.int64] | None:
    if len(x) > MANY:
        return None
    keep = np.unique(group, return_index=True)[1]
    if len(keep) < 3:
        return np.zeros((0, 2), np.int64)
    flat = x.reshape(len(x), -1)[keep]
    rows, distances = nearest((flat - flat.mean(axis=0)) / np.maximum(flat.std(axis=0), 1e-6), 1)
    close = np.flatnonzero(distances[:, 0] < NEAR * float(np.median(distances[:, 0])))
    pairs = np.sort(np.stack([keep[close], keep[rows[close, 0]]], axis=1), axis=1)
    return np.unique(pairs, axis=0).astype(np.int64)
