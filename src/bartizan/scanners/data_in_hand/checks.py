"""What must hold of the data before a pass is made: one sentence for whatever does not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.errors import DataError

FEWEST_CLEAN = 20


def check(x: NDArray[Any], y: NDArray[Any], ids: Sequence[str] | None, folds: int) -> None:
    """Raise `DataError` on data of one class, unlike lengths, numbers that are none, ids twice, classes too small."""
    if len(x) != len(y) or y.ndim != 1:
        raise DataError(f"{len(x)} records and labels of shape {y.shape} do not match; give one label a record")
    if not np.isfinite(x).all():
        row = int(np.flatnonzero(~np.isfinite(x.reshape(len(x), -1)).all(axis=1))[0])
        raise DataError(f"record {row} holds a value that is no number; fill or leave out such records first")
    if not np.issubdtype(y.dtype, np.integer) or (len(y) and y.min() < 0):
        raise DataError("labels must be classes 0, 1, 2 …; number the classes first")
    if ids is not None:
        _check_ids(ids, len(x))
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise DataError(f"all {len(y)} records have one class; wrong labels need a second to be told by")
    if counts.min() < folds:
        few = int(classes[counts.argmin()])
        raise DataError(
            f"class {few} has {counts.min()} records, fewer than the {folds} folds; give more of it, leave it out, or "
            "ask for fewer folds"
        )


def check_trusted(x: NDArray[Any], trusted: tuple[NDArray[Any], NDArray[Any]], classes: int) -> None:
    """Raise `DataError` on a trusted set that is too small, of another shape, or holds records in question."""
    clean, labels = trusted
    if len(clean) != len(labels) or clean.shape[1:] != x.shape[1:]:
        raise DataError(
            f"the trusted records have shape {clean.shape[1:]} and {len(labels)} labels, those in question "
            f"{x.shape[1:]}; give {len(clean)} records of the same shape with a label each"
        )
    if len(clean) < FEWEST_CLEAN:
        raise DataError(f"{len(clean)} trusted records say nothing; give at least {FEWEST_CLEAN}")
    if labels.max() >= classes or labels.min() < 0:
        raise DataError(f"a trusted record has the class {int(labels.max())}, which no record in question has")
    known = set(contents(clean))
    both = sum(one in known for one in contents(x))
    if both:
        raise DataError(
            f"{both} records in question are among the trusted ones; what is in question cannot vouch for itself: take "
            "them out of one of the two"
        )


def contents(x: NDArray[Any]) -> list[bytes]:
    """SHA-256 of each record; equal records have equal ones."""
    return [hashlib.sha256(np.ascontiguousarray(row).tobytes()).digest() for row in np.asarray(x, np.float32)]


def _check_ids(ids: Sequence[str], n: int) -> None:
    if len(ids) != n:
        raise DataError(f"{len(ids)} ids for {n} records; give one id a record")
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise DataError(f"the id {one!r} is given to two records; ids must differ, or nobody knows which is meant")
        seen.add(one)
