"""Poisoned training sets as arrays, and the seeds of the trainings that judge them.

A poisoned set is kept as what was changed: `index` (positions among the writable records, the most useful first),
`y` (their new labels) and, where inputs were changed too, `x`. A smaller dose is a prefix of a larger one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Data, Labels


def poisoned(clean: Data, arrays: Mapping[str, NDArray[np.generic]], records: int) -> tuple[Array, Labels]:
    """Inputs and labels of `clean` with the first `records` changes made. Raises `ValueError` on positions outside."""
    index = np.asarray(arrays["index"][:records], np.int64)
    if len(index) and (index.min() < 0 or index.max() >= len(clean) or len(np.unique(index)) < len(index)):
        raise ValueError(f"a poisoned set names a record twice or outside the {len(clean)} writable ones")
    x, y = clean.x.copy(), clean.y.copy()
    y[index] = arrays["y"][: len(index)]
    if "x" in arrays:
        x[index] = arrays["x"][: len(index)]
    return x, y


def written(arrays: Mapping[str, NDArray[np.generic]]) -> Literal["labels", "records"]:
    """What a poisoned set changes: labels alone where it holds no inputs, which takes less than writing records."""
    return "records" if "x" in arrays else "labels"


def dose_counts(shares: Sequence[float], writable: int, records: int | None) -> tuple[int, ...]:
    """Numbers of records for shares of the training set, ascending, at least 1 each and within the budget `records`."""
    most = writable if records is None else min(records, writable)
    return tuple(sorted({min(most, max(1, round(share * writable))) for share in shares})) if most else ()


def retraining_seeds(seed: int, n: int, subject: str) -> tuple[int, ...]:
    """`n` different training seeds that follow from the trial's seed and from the digest of its `subject` without
    defences, which no view shows: an attack that is handed the seed cannot work them out."""
    salt = int.from_bytes(hashlib.sha256(f"retraining\x1f{subject}".encode()).digest()[:8], "big")
    return tuple(int(s) >> 1 for s in np.random.SeedSequence((seed, salt)).generate_state(n))
